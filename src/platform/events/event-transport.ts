import type { Connection } from './leader.js';
import type { OutboxEvent } from './outbox-event.js';

/** Where the relay brings events: straight to the listeners' queues in the database, or to a broker. */
export interface EventTransport {
  /**
   * Answers the events that are safe on the other side. Of one key, none is acknowledged after one that is not.
   * @throws where nothing could be brought; the relay tries again without end
   */
  publish(events: readonly OutboxEvent[], connection: Connection): Promise<readonly OutboxEvent[]>;
}
