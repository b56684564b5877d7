import { Injectable } from '@nestjs/common';
import { CustomTransportStrategy, MessageHandler, Server } from '@nestjs/microservices';
import { Dispatcher } from '../dispatcher.js';
import { LeadingRelay } from '../leading-relay.js';
import { registerListener } from '../register-listener.js';
import { DueQueues } from './due-queues.js';

/** Serves listeners straight from the outbox, with what a broker would give: nothing lost in a crash, order by key, one failing listener holds nobody else. */
@Injectable()
export class InProcessServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly relay: LeadingRelay,
    private readonly queues: DueQueues,
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
    this.relay.start(
      (events, connection) => this.queues.publish(events, connection),
      (connection, stop) => this.queues.serve(connection, stop),
    );
    ready();
  }

  async close(): Promise<void> {
    await this.relay.stop();
  }

  on(): never {
    throw new Error('the in-process transport has no events of its own');
  }

  unwrap(): never {
    throw new Error('the in-process transport has no client of its own');
  }
}
