import { Injectable, Logger } from '@nestjs/common';
import { isInfrastructureTrouble } from '../database/database-errors.js';
import { failPoint } from '../faults/fail-point.js';
import { runInContext } from '../http/request-context.js';
import { traceIdOf } from '../http/trace-context.js';
import { defineCounter } from '../metrics/index.js';
import { requiredEntry } from './catalogue.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { Inbox } from './inbox.js';
import type { OutboxEvent } from './outbox-event.js';

/** Calls one listener; rejects with the listener's own error. */
export type Listener = (event: OutboxEvent) => Promise<unknown>;

/** What became of a delivery: nothing more to do, or the same again later, `tries` telling how many failures count by then. */
export type Verdict = { isDone: true } | { isDone: false; againMs: number; tries: number };

const mostTries = 5;

/** Pauses after the first four failures, in milliseconds: together under ten seconds, since later events of the key wait behind. */
const backOffMs = [100, 400, 1500, 4000];
const infrastructureBackOffMs = 500;

const retries = defineCounter('listener_retries_total', 'Events that are told a listener again, by why', [
  'consumer',
  'reason',
]);

/** Brings an event to one consumer, once, whatever transport delivered it, and decides what a failure means. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly listeners = new Map<string, Map<string, Listener>>();

  constructor(
    private readonly inbox: Inbox,
    private readonly deadLetters: DeadLettersRepository,
  ) {}

  /** @throws Error for a second listener of one consumer to one event: a failure of one would repeat the other */
  register(consumer: string, type: string, listener: Listener): void {
    requiredEntry(type);
    const ofConsumer = this.listeners.get(consumer) ?? new Map<string, Listener>();
    if (ofConsumer.has(type)) throw new Error(`${consumer} listens twice to ${type}`);
    this.listeners.set(consumer, ofConsumer.set(type, listener));
  }

  get consumers(): string[] {
    return [...this.listeners.keys()];
  }

  consumersOf(type: string): string[] {
    return this.consumers.filter((consumer) => this.listeners.get(consumer)?.has(type));
  }

  /** Never throws. `tries` is how often the event failed before. */
  async deliver(consumer: string, event: OutboxEvent, tries: number): Promise<Verdict> {
    try {
      await runInContext(
        { traceId: traceIdOf(event.traceparent), principal: { kind: 'system', worker: consumer } },
        () => this.tell(consumer, event, tries),
      );
      return { isDone: true };
    } catch (error) {
      if (isInfrastructureTrouble(error)) return this.pause(consumer, event, tries, error);
      return this.fail(consumer, event, tries + 1, error);
    }
  }

  private async tell(consumer: string, event: OutboxEvent, tries: number): Promise<void> {
    // A crash right after the dead letter brings the event again; an effect now would contradict the letter.
    if (tries === mostTries - 1 && (await this.deadLetters.has(consumer, event.id))) return;
    const listener = this.listeners.get(consumer)?.get(event.type);
    if (!listener) throw new Error(`${consumer} has no listener to ${event.type}`);
    requiredEntry(event.type).payload.parse(event.payload);
    await this.inbox.once(consumer, event.id, async () => {
      await listener(event);
    });
    await failPoint('after-effect-before-mark');
  }

  /** No database, a deadlock, a stop: nothing is wrong with the event, so it counts as no try. */
  private pause(consumer: string, event: OutboxEvent, tries: number, error: unknown): Verdict {
    retries.inc({ consumer, reason: 'infrastructure' });
    this.logger.warn({ ...nameOf(consumer, event), err: error }, 'a listener waits for the infrastructure');
    return { isDone: false, againMs: infrastructureBackOffMs, tries };
  }

  private async fail(consumer: string, event: OutboxEvent, tries: number, error: unknown): Promise<Verdict> {
    const againMs = tries < mostTries ? backOffMs[tries - 1] : undefined;
    if (againMs === undefined) return this.bury(consumer, event, tries, error);
    retries.inc({ consumer, reason: 'listener' });
    this.logger.warn(
      { ...nameOf(consumer, event), tries, err: error },
      'a listener failed and will be told again',
    );
    return { isDone: false, againMs, tries };
  }

  private async bury(consumer: string, event: OutboxEvent, tries: number, error: unknown): Promise<Verdict> {
    try {
      await this.deadLetters.keep({ consumer, event, tries, ...describe(error) });
    } catch (failure) {
      return this.pause(consumer, event, tries - 1, failure);
    }
    this.logger.error(
      { ...nameOf(consumer, event), tries, err: error },
      'an event was set aside as a dead letter',
    );
    return { isDone: true };
  }
}

const nameOf = (consumer: string, { id, type }: OutboxEvent) => ({ consumer, event: id, type });

function describe(error: unknown): { reason: string; error: string } {
  if (!(error instanceof Error)) return { reason: 'unknown', error: String(error) };
  return { reason: error.name, error: error.stack ?? error.message };
}
