import { Injectable, Logger } from '@nestjs/common';
import { isInfrastructureTrouble, tookTooLong } from '../database/database-errors.js';
import { failPoint } from '../faults/fail-point.js';
import { runInContext } from '../http/request-context.js';
import { traceIdOf } from '../http/trace-context.js';
import { OutageLog } from '../logging/outage-log.js';
import { defineCounter } from '../metrics/index.js';
import { requiredEntry } from './catalogue.js';
import { type BrokerMessage, type DeadLetter, failureOf } from './dead-letter.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { Inbox } from './inbox.js';
import type { CarriedEvent } from './outbox-event.js';

/** Calls one listener; rejects with the listener's own error. */
export type Listener = (event: CarriedEvent) => Promise<unknown>;

/**
 * What became of a delivery: nothing more to do, or the same again later, `tries` telling how many failures count by then.
 * With `letter`, the end was a dead letter, now or before a crash: a broker's transport publishes it before it goes on.
 */
export type Verdict =
  { isDone: true; letter?: DeadLetter } | { isDone: false; againMs: number; tries: number };

/** Reads a broker's message; throws for what is no event of ours. */
export type Decode = (message: BrokerMessage) => CarriedEvent;

const mostTries = 5;

/** Pauses after the first four failures, in milliseconds: together under ten seconds, since later events of the key wait behind. */
const backOffMs = [100, 400, 1500, 4000];
const infrastructureBackOffMs = 500;

/** Statements of one event that may be ended for their length while other events take effect: more than two minutes of them. */
const mostSlowTries = 40;

const retries = defineCounter('listener_retries_total', 'Events that are told a listener again, by why', [
  'consumer',
  'reason',
]);

const consumed = defineCounter('events_consumed_total', 'Events and messages that a consumer is done with', [
  'consumer',
  'outcome',
]);

/** Brings an event to one consumer, once, whatever transport delivered it, and decides what a failure means. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly outage = new OutageLog(this.logger, 'a listener waits for the infrastructure');
  private readonly listeners = new Map<string, Map<string, Listener>>();
  private decoder?: Decode;
  /** Events that took effect, of all consumers. */
  private effects = 0;
  private readonly slowTries = new Map<string, number>();

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

  typesOf(consumer: string): string[] {
    return [...(this.listeners.get(consumer)?.keys() ?? [])];
  }

  /** Never throws. `tries` is how often the event failed before; `message` is what brought it, where a broker did. */
  async deliver(
    consumer: string,
    event: CarriedEvent,
    tries: number,
    message?: BrokerMessage,
  ): Promise<Verdict> {
    const delivery = { consumer, event, message };
    const name = `${consumer} ${event.id}`;
    const effectsBefore = this.effects;
    try {
      const isFirst = await inContextOf(consumer, event, () => this.tellOnce(consumer, event));
      if (isFirst) this.effects += 1;
      this.slowTries.delete(name);
      consumed.inc({ consumer, outcome: isFirst ? 'effect' : 'repeated' });
      this.outage.end();
      return isFirst || !message ? { isDone: true } : await this.recall(delivery);
    } catch (error) {
      const isSlow = tookTooLong(error) && this.effects > effectsBefore;
      if (isSlow && this.isTooSlow(name)) return this.fail(delivery, mostTries, error);
      if (isInfrastructureTrouble(error)) return this.pause(delivery, tries, error);
      return this.fail(delivery, tries + 1, error);
    }
  }

  /** Never throws. A message that is no event of ours is set aside at once: the same bytes will not read better in a second. */
  refuse(consumer: string, message: BrokerMessage, error: Error, tries = 1): Promise<Verdict> {
    return this.bury({ consumer, message }, tries, error);
  }

  /** Said by a transport over a broker, which alone knows how its messages are read. */
  decodeBy(decode: Decode): void {
    this.decoder = decode;
  }

  /** @throws Error for what is no event of ours */
  decode(message: BrokerMessage | undefined): CarriedEvent {
    if (!message || !this.decoder) throw new Error('this server reads no messages of a broker');
    return this.decoder(message);
  }

  /** Calls the listener, in the caller's transaction, which holds the inbox row. */
  tell(consumer: string, event: CarriedEvent): Promise<void> {
    return inContextOf(consumer, event, () => this.call(consumer, event));
  }

  private async tellOnce(consumer: string, event: CarriedEvent): Promise<boolean> {
    const isFirst = await this.inbox.once(consumer, event.id, () => this.call(consumer, event));
    await failPoint('after-effect-before-mark');
    return isFirst;
  }

  private async call(consumer: string, event: CarriedEvent): Promise<void> {
    const listener = this.listeners.get(consumer)?.get(event.type);
    if (!listener) throw new Error(`${consumer} has no listener to ${event.type}`);
    requiredEntry(event.type).payload.parse(event.payload);
    await listener(event);
  }

  /** A slow disk makes every statement slow now and then; an event that always is would wait without end. */
  private isTooSlow(name: string): boolean {
    const times = (this.slowTries.get(name) ?? 0) + 1;
    if (times === mostSlowTries) this.slowTries.delete(name);
    else this.slowTries.set(name, times);
    return times === mostSlowTries;
  }

  /** A crash after the letter brings the event again: what was not published of it then is published now. */
  private async recall(delivery: Delivery & { event: CarriedEvent }): Promise<Verdict> {
    const failure = await this.deadLetters.failure(delivery.consumer, delivery.event.id);
    return { isDone: true, letter: failure && { ...delivery, ...failure } };
  }

  /** No database, a deadlock, a stop: nothing is wrong with the event, so it counts as no try. */
  private pause(delivery: Delivery, tries: number, error: unknown): Verdict {
    retries.inc({ consumer: delivery.consumer, reason: 'infrastructure' });
    this.outage.warn(error, nameOf(delivery));
    return { isDone: false, againMs: infrastructureBackOffMs, tries };
  }

  private async fail(delivery: Delivery, tries: number, error: unknown): Promise<Verdict> {
    const againMs = tries < mostTries ? backOffMs[tries - 1] : undefined;
    if (againMs === undefined) return this.bury(delivery, tries, error);
    retries.inc({ consumer: delivery.consumer, reason: 'listener' });
    this.logger.warn({ ...nameOf(delivery), tries, err: error }, 'a listener failed and will be told again');
    return { isDone: false, againMs, tries };
  }

  private async bury(delivery: Delivery, tries: number, error: unknown): Promise<Verdict> {
    const letter: DeadLetter = { ...delivery, tries, ...failureOf(error) };
    try {
      if (!letter.event) await this.deadLetters.keepMessage(letter);
      else if (!(await this.deadLetters.keepEvent(letter))) return { isDone: true };
    } catch (failure) {
      return this.pause(delivery, tries - 1, failure);
    }
    consumed.inc({ consumer: delivery.consumer, outcome: 'dead' });
    this.logger.error({ ...nameOf(delivery), tries, err: error }, 'an event was set aside as a dead letter');
    return { isDone: true, letter };
  }
}

type Delivery = Pick<DeadLetter, 'consumer' | 'event' | 'message'>;

const inContextOf = <T>(consumer: string, { traceparent }: CarriedEvent, work: () => T): T =>
  runInContext({ traceId: traceIdOf(traceparent), principal: { kind: 'system', worker: consumer } }, work);

const nameOf = ({ consumer, event, message }: Delivery) => ({
  consumer,
  ...(event && { event: event.id, type: event.type }),
  ...(message && { topic: message.topic, partition: message.partition, offset: message.offset }),
});
