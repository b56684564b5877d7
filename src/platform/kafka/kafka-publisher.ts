import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Message, Partitioners, type Producer, type TopicMessages } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { CONFIG, type Config } from '../config/config.js';
import type { CarriedEvent, DeadLetter } from '../events/index.js';
import { toMessage } from './cloud-event.js';
import { letterMessage } from './dead-letter-message.js';
import { KafkaClient } from './kafka-client.js';
import { deadLetterTopic, topicName } from './topic-names.js';

/** Bytes of keys and values that go to the brokers in one request. */
const batchBytes = 262_144;

const closeWithinMs = 2000;

interface Addressed<Event> {
  event: Event;
  topic: string;
  message: Message;
}

/** The one producer of this process: idempotent, every replica in sync has to acknowledge, one request at a time. */
@Injectable()
export class KafkaPublisher {
  private readonly logger = new Logger('Kafka');
  private producer?: Promise<Producer>;
  private hasFailed = false;

  constructor(
    private readonly client: KafkaClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Whether the last request to the brokers failed. */
  get isDown(): boolean {
    return this.hasFailed;
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

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    const leaving = producer?.then((connected) => connected.disconnect());
    // A producer that never connected has nothing to take leave of.
    await Promise.race([leaving?.catch(() => undefined), pause(closeWithinMs, undefined, { ref: false })]);
  }

  private async send(topicMessages: TopicMessages[]): Promise<void> {
    try {
      this.producer ??= this.connect();
      const producer = await this.producer;
      await producer.sendBatch({ acks: -1, topicMessages });
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      // Its numbering of messages may no longer be the broker's, and its own back-off would outlast the trouble.
      await this.close();
      throw error;
    }
  }

  private async connect(): Promise<Producer> {
    const producer = this.client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }
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
