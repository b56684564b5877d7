import { Injectable } from '@nestjs/common';
import { CustomTransportStrategy, MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { DatabaseChannel } from '../database-channel.js';
import { Dispatcher } from '../dispatcher.js';
import { Connection, Leader } from '../leader.js';
import { ListenerExtras, consumerOf } from '../on-event.decorator.js';
import type { OutboxEvent } from '../outbox-event.js';
import { Relay } from '../relay.js';
import { ConsumerQueue } from './consumer-queue.js';
import { DueRepository } from './due.repository.js';

/** Serves listeners straight from the outbox, with what a broker would give: nothing lost in a crash, order by key, one failing listener holds nobody else. */
@Injectable()
export class InProcessServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private queues: ReadonlyMap<string, ConsumerQueue> = new Map();

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly due: DueRepository,
    private readonly relay: Relay,
    private readonly leader: Leader,
    private readonly channel: DatabaseChannel,
  ) {
    super();
  }

  /** Nest brings every handler it finds; its own map would chain the listeners of two rooms so that one's failure repeats the other. */
  override addHandler(
    pattern: string,
    handler: MessageHandler,
    _isEventHandler?: boolean,
    extras?: Record<string, unknown>,
  ): void {
    const { listener } = extras ?? {};
    if (typeof listener !== 'function')
      throw new Error(`${pattern} has a handler that is not marked by @OnEvent`);
    this.dispatcher.register(consumerOf({ listener } satisfies ListenerExtras), pattern, (event) =>
      settled(handler(event)),
    );
  }

  listen(ready: () => void): void {
    this.channel.start();
    this.leader.start([
      (connection, stop) => this.relay.run(connection, stop, (events) => this.publish(events, connection)),
      (connection, stop) => this.serve(connection, stop),
    ]);
    ready();
  }

  async close(): Promise<void> {
    await this.leader.stop();
    await this.channel.stop();
  }

  /** An event is brought when it is in the queue of each of its consumers. */
  private async publish(
    events: readonly OutboxEvent[],
    connection: Connection,
  ): Promise<readonly OutboxEvent[]> {
    const pairs = events.flatMap((event) =>
      this.dispatcher.consumersOf(event.type).map((consumer) => ({ consumer, event })),
    );
    if (pairs.length === 0) return events;
    await this.due.add(connection, pairs);
    for (const consumer of new Set(pairs.map((pair) => pair.consumer))) this.queues.get(consumer)?.wake();
    return events;
  }

  on(): never {
    throw new Error('the in-process transport has no events of its own');
  }

  unwrap(): never {
    throw new Error('the in-process transport has no client of its own');
  }

  private async serve(connection: Connection, stop: AbortSignal): Promise<void> {
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

async function settled(answer: ReturnType<MessageHandler>): Promise<unknown> {
  const value: unknown = await answer;
  return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
}
