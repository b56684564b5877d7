import { Logger } from '@nestjs/common';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { OutageLog } from '../logging/outage-log.js';
import { Assignment, type TellMessage } from './assignment.js';
import type { KafkaClient } from './kafka-client.js';

/** How soon a consumer that fell is made anew, in milliseconds. */
const anewAfterMs = 500;

/** Without a sign of life for this long a consumer counts as stalled, in milliseconds; an answer of a broker may take 10 s. */
const stalledAfterMs = 15_000;
const lookForSignsEveryMs = 1000;

/** What joining the group may take beyond that: the others have to come back first. */
const joinMs = 15_000;

const commitEveryMs = 200;

/** A member that is gone is missed after `sessionMs`, which is the least that brokers allow by default. */
const sessionMs = 6000;
const rebalanceMs = 10_000;
const heartbeatEveryMs = 1000;

/** Longest wait of one fetch, which also bounds how long a stop takes, in milliseconds. */
const fetchWaitMs = 250;

/** Longest time a consumer gets to leave its group in, when its broker may be gone, in milliseconds. */
const leaveWithinMs = 3000;

interface Group {
  /** Of the broker. */
  id: string;
  topics: string[];
  tell: TellMessage;
}

/** One member of a consumer group that always comes back: whatever happens to its broker or its connection, it is made anew. */
export class GroupConsumer {
  private readonly fall = new OutageLog(new Logger('Kafka'), 'a consumer fell and is made anew');
  private readonly stopping = new AbortController();
  private running?: Promise<void>;
  private isMember = false;
  private wasMember = false;

  constructor(
    private readonly group: Group,
    private readonly client: KafkaClient,
  ) {}

  get isDown(): boolean {
    return !this.isMember;
  }

  /** Whether it was a member of its group at any time. */
  get hasBegun(): boolean {
    return this.wasMember;
  }

  start(): void {
    this.running ??= this.live();
  }

  /** What runs comes to its end and is committed; then it leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async live(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.consume(signal);
      } catch (error) {
        this.fall.warn(error, { group: this.group.id });
      }
      this.isMember = false;
      await pause(anewAfterMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async consume(signal: AbortSignal): Promise<void> {
    const consumer = this.newConsumer();
    const over = new AbortController();
    let assignment = new Assignment(consumer, this.group.tell);
    let isJoining = true;
    let lastSignAt = Date.now() + joinMs;
    const fallen = new Promise<never>((_, reject) => {
      const { CRASH, HEARTBEAT, REBALANCING, GROUP_JOIN } = consumer.events;
      const fall = (error: Error): void => {
        // The next one may be a member by then.
        if (over.signal.aborted) return;
        this.isMember = false;
        void assignment.close();
        reject(error);
      };
      consumer.on(CRASH, ({ payload }) => fall(payload.error));
      consumer.on(HEARTBEAT, () => void (lastSignAt = Date.now()));
      consumer.on(REBALANCING, () => void ([isJoining, lastSignAt] = [true, Date.now() + joinMs]));
      consumer.on(GROUP_JOIN, () => {
        if (over.signal.aborted) return;
        // One fetch joined anew while others go on, and what those bring is no longer what was read up to here.
        if (!isJoining) return fall(new Error('the group was joined anew by one fetch of several'));
        // What was read before may be another member's now; the offsets that count are read again from the broker.
        void assignment.close();
        assignment = new Assignment(consumer, this.group.tell);
        [isJoining, lastSignAt, this.isMember, this.wasMember] = [false, Date.now(), true, true];
        this.fall.end();
      });
      const look = setInterval(() => {
        if (Date.now() - lastSignAt > stalledAfterMs) fall(new Error('the consumer gives no sign of life'));
      }, lookForSignsEveryMs);
      over.signal.addEventListener('abort', () => clearInterval(look));
    });
    try {
      await Promise.race([this.join(consumer, (batch) => assignment.take(batch)), fallen]);
      const until = AbortSignal.any([signal, over.signal]);
      await Promise.race([this.commitUntil(until, () => assignment.commit()), fallen]);
      await Promise.race([assignment.close().then(() => assignment.commit()), fallen]);
    } finally {
      over.abort();
      void assignment.close();
      fallen.catch(() => undefined);
      await Promise.race([consumer.disconnect(), pause(leaveWithinMs, undefined, { ref: false })]);
    }
  }

  private newConsumer(): Consumer {
    return this.client.kafka.consumer({
      groupId: this.group.id,
      sessionTimeout: sessionMs,
      rebalanceTimeout: rebalanceMs,
      heartbeatInterval: heartbeatEveryMs,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
      retry: {
        retries: 2,
        initialRetryTime: 100,
        maxRetryTime: 500,
        restartOnFailure: () => Promise.resolve(false),
      },
    });
  }

  private async join(consumer: Consumer, take: (batch: EachBatchPayload) => Promise<void>): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: this.group.topics, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: take });
  }

  private async commitUntil(over: AbortSignal, commit: () => Promise<void>): Promise<void> {
    while (!over.aborted) {
      await commit();
      await pause(commitEveryMs, undefined, { signal: over }).catch(() => undefined);
    }
  }
}
