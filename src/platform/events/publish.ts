import type { Connection } from './leader.js';
import type { OutboxEvent } from './outbox-event.js';

/**
 * How the relay brings events to a transport: the listeners' queues in the database, or a broker. Answers the events
 * that are safe on the other side; of one key, none is acknowledged after one that is not. Throws where nothing could
 * be brought; the relay tries again without end.
 */
export type Publish = (
  events: readonly OutboxEvent[],
  connection: Connection,
) => Promise<readonly OutboxEvent[]>;
