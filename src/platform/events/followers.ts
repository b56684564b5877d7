import { Injectable } from '@nestjs/common';
import type { Connection } from './leader.js';
import type { OutboxEvent } from './outbox-event.js';

/**
 * What follows from events in the database once a transport acknowledged them, before they are marked as published.
 * A crash in between tells the same events again, so one statement that repeats without effect is wanted.
 */
export type Follow = (events: readonly OutboxEvent[], connection: Connection) => Promise<void>;

/** Work of the relay that is done once per event for the whole shop, whatever transport and however many processes there are. */
@Injectable()
export class Followers {
  private readonly follows: Follow[] = [];

  /** Added in `onModuleInit`, in every process alike, since each may become the one that relays. */
  add(follow: Follow): void {
    this.follows.push(follow);
  }

  async tell(events: readonly OutboxEvent[], connection: Connection): Promise<void> {
    for (const follow of this.follows) await follow(events, connection);
  }
}
