import { Injectable } from '@nestjs/common';
import { Dispatcher } from '../dispatcher.js';
import type { Connection } from '../leader.js';
import type { OutboxEvent } from '../outbox-event.js';
import { ConsumerQueue } from './consumer-queue.js';
import { DueRepository } from './due.repository.js';

/** The queues in the database, one per consumer, from which listeners are told without a broker. */
@Injectable()
export class DueQueues {
  private queues: ReadonlyMap<string, ConsumerQueue> = new Map();

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly due: DueRepository,
  ) {}

  /** An event is brought when it is in the queue of each of its consumers. */
  async publish(events: readonly OutboxEvent[], connection: Connection): Promise<readonly OutboxEvent[]> {
    const pairs = events.flatMap((event) =>
      this.dispatcher.consumersOf(event.type).map((consumer) => ({ consumer, event })),
    );
    if (pairs.length === 0) return events;
    await this.due.add(connection, pairs);
    for (const consumer of new Set(pairs.map((pair) => pair.consumer))) this.queues.get(consumer)?.wake();
    return events;
  }

  /** The leader's duty: tells the listeners what is due, until `stop` aborts. */
  async serve(connection: Connection, stop: AbortSignal): Promise<void> {
    const { consumers } = this.dispatcher;
    this.queues = new Map(
      consumers.map((consumer) => [
        consumer,
        new ConsumerQueue(consumer, this.dispatcher, this.due, connection),
      ]),
    );
    await Promise.all([...this.queues.values()].map((queue) => queue.run(stop)));
  }
}
