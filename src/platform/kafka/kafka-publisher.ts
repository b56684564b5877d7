import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Message, Producer, TopicMessages } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { CONFIG, type Config } from '../config/config.js';
import type { CarriedEvent, DeadLetter } from '../events/index.js';
import { toMessage } from './cloud-event.js';
import { letterMessage } from './dead-letter-message.js';
import { connectOrLeave, KafkaClient } from './kafka-client.js';
import { Placements } from './placements.js';
import { deadLetterTopic, topicName } from './topic-names.js';

/** Bytes of keys and values that go to the brokers in one request. */
const batchBytes = 262_144;

const closeWithinMs = 2000;

/** What is under way at a stop gets this long to be acknowledged, in milliseconds; then it is published again by whoever leads next. */
const lastWordsMs = 5000;

/** How long a failure counts when nothing is sent any more, in milliseconds; the slowest failure takes 40 s to show itself. */
const failureCountsMs = 60_000;

interface Addressed<Event> {
  event: Event;
  topic: string;
  message: Message;
}

/** The one producer of this process: idempotent, every replica in sync has to acknowledge, one request at a time. */
@Injectable()
export class KafkaPublisher {
  private readonly logger = new Logger('Kafka');
  private readonly placements = new Placements();
  private producer?: Promise<Producer>;
  private failedAt = 0;
  private readonly end = new AbortController();

  constructor(
    private readonly client: KafkaClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Whether the last request to the brokers failed, and not so long ago that another process may publish by now. */
  get isDown(): boolean {
    return Date.now() - this.failedAt < failureCountsMs;
  }

  /**
   * Answers the events that are safe with the brokers: all, or those before the first request that failed.
   * @throws Error where not even the first request succeeded
   */
  async publish<Event extends CarriedEvent>(events: readonly Event[]): Promise<readonly Event[]> {
    const { EVENT_PREFIX: prefix } = this.config;
    const acknowledged: Event[] = [];
    const addressed = events.map((event) => ({
      event,
      topic: topicName(prefix, event.topic),
      message: toMessage(event, prefix),
    }));
    for (const part of partsOf(addressed)) {
      try {
        await this.send(byTopic(part));
      } catch (error) {
        if (acknowledged.length === 0) throw error;
        this.logger.warn({ err: error }, 'the brokers took only a part of what was brought');
        break;
      }
      acknowledged.push(...part.map(({ event }) => event));
    }
    return acknowledged;
  }

  /** Tells those who watch the dead-letter topic; the letter itself is kept in the database. */
  async publishLetter(letter: DeadLetter): Promise<void> {
    const { EVENT_PREFIX: prefix } = this.config;
    await this.send([{ topic: deadLetterTopic(prefix), messages: [letterMessage(letter, prefix)] }]);
  }

  /** What is under way may end while `others` stop; from then on nothing is sent any more. */
  async stop(others: Promise<unknown> = Promise.resolve()): Promise<void> {
    await Promise.race([others, pause(lastWordsMs, undefined, { ref: false })]);
    this.end.abort();
    await this.drop(this.producer);
  }

  private async send(topicMessages: TopicMessages[]): Promise<void> {
    this.end.signal.throwIfAborted();
    const used = (this.producer ??= this.connect());
    try {
      const sending = used.then((producer) => producer.sendBatch({ acks: -1, topicMessages }));
      const answers = await unlessAborted(this.end.signal, sending);
      this.placements.refuseUnanswered(topicMessages, answers);
      this.failedAt = 0;
    } catch (error) {
      this.failedAt = Date.now();
      // Its numbering of messages may no longer be the broker's, and its own back-off would outlast the trouble.
      await this.drop(used);
      throw error;
    }
  }

  /** Somebody else may have made another by now, which stays. */
  private async drop(used: Promise<Producer> | undefined): Promise<void> {
    if (this.producer === used) this.producer = undefined;
    const leaving = used?.then((connected) => connected.disconnect());
    // A producer that never connected has nothing to take leave of.
    await Promise.race([leaving?.catch(() => undefined), pause(closeWithinMs, undefined, { ref: false })]);
  }

  private async connect(): Promise<Producer> {
    const producer = this.client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: this.placements.partitioner,
    });
    await connectOrLeave(producer);
    return producer;
  }
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('the publisher stops'));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** In order; a single message that is larger goes alone. */
function* partsOf<Event>(addressed: readonly Addressed<Event>[]): Generator<Addressed<Event>[]> {
  let part: Addressed<Event>[] = [];
  let bytes = 0;
  for (const one of addressed) {
    const size = Buffer.byteLength(one.message.value ?? '') + 512;
    if (part.length > 0 && bytes + size > batchBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(one);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

function byTopic(addressed: readonly Addressed<unknown>[]): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, message } of addressed) topics.set(topic, [...(topics.get(topic) ?? []), message]);
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}
