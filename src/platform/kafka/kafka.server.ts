import { Injectable } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { Dispatcher, DueQueues, LeadingRelay, registerListener } from '../events/index.js';
import { toEvent } from './cloud-event.js';
import { GroupConsumers } from './group-consumers.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { TopicsKeeper } from './topics-keeper.js';

/** Listeners over a broker: the relay publishes to the topics, and each room's consumer group brings them to its listeners. */
@Injectable()
export class KafkaServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly relay: LeadingRelay,
    private readonly queues: DueQueues,
    private readonly topics: TopicsKeeper,
    private readonly publisher: KafkaPublisher,
    private readonly groups: GroupConsumers,
  ) {
    super();
  }

  override addHandler(
    pattern: string,
    handler: MessageHandler,
    _isEventHandler?: boolean,
    extras?: Record<string, unknown>,
  ): void {
    registerListener(this.dispatcher, pattern, handler, extras);
  }

  listen(ready: () => void): void {
    this.dispatcher.decodeBy(toEvent);
    this.topics.start();
    this.relay.start(
      (events) => this.publisher.publish(events),
      // What was published before brokers were configured still waits in the database.
      (connection, stop) => this.queues.serve(connection, stop),
    );
    this.groups.start();
    ready();
  }

  async close(): Promise<void> {
    const stops = Promise.all([this.topics.stop(), this.relay.stop(), this.groups.stop()]);
    await this.publisher.stop(stops);
    await stops;
  }

  on(): never {
    throw new Error('the transport over Kafka has no events of its own');
  }

  unwrap(): never {
    throw new Error('the transport over Kafka has no client of its own');
  }
}
