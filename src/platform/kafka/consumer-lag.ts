import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Admin } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { CONFIG, type Config } from '../config/config.js';
import { defineGauge } from '../metrics/index.js';
import { Dispatcher, eventEntry, OutboxStatus } from '../events/index.js';
import { OutageLog } from '../logging/outage-log.js';
import { Workers } from '../workers/workers.js';
import { GroupConsumers } from './group-consumers.js';
import { connectOrLeave, KafkaClient } from './kafka-client.js';
import { groupName, topicName } from './topic-names.js';

const lookEveryMs = 5000;

/** A broker that is frozen does not say so; who asks for the status will not wait for it. In milliseconds. */
const answerWithinMs = 3000;

const lag = defineGauge('consumer_lag', 'Messages in the topics that a room has not taken yet', ['consumer']);

/** How far each room's consumer group is behind the topics, asked of the brokers. */
@Injectable()
export class ConsumerLag implements OnModuleInit, OnApplicationShutdown {
  private readonly silence = new OutageLog(
    new Logger('Kafka'),
    'the brokers do not tell how far consumers are behind',
  );
  private admin?: Promise<Admin>;

  constructor(
    private readonly client: KafkaClient,
    private readonly dispatcher: Dispatcher,
    private readonly groups: GroupConsumers,
    private readonly workers: Workers,
    private readonly status: OutboxStatus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    if (this.config.KAFKA_BROKERS === undefined) return;
    this.workers.every('kafka.lag', lookEveryMs, () => this.look());
    this.status.askBrokers(() => this.read());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.leave(this.admin);
  }

  /** Messages per room that are in its topics and not committed by its group. */
  async read(): Promise<Record<string, number>> {
    const used = (this.admin ??= this.connect());
    const late = pause(answerWithinMs, undefined, { ref: false }).then(() => {
      throw new Error('the brokers do not answer in time');
    });
    try {
      return await Promise.race([used.then((admin) => this.ask(admin)), late]);
    } catch (error) {
      void this.leave(used);
      throw error;
    }
  }

  private async ask(admin: Admin): Promise<Record<string, number>> {
    const lags: Record<string, number> = {};
    for (const consumer of await this.consumers(admin)) lags[consumer] = await this.lagOf(admin, consumer);
    return lags;
  }

  /** Also while a room is away, which is when it falls behind. */
  private async look(): Promise<number> {
    if (!this.groups.haveBegun) return 0;
    try {
      for (const [consumer, messages] of Object.entries(await this.read())) lag.set({ consumer }, messages);
      this.silence.end();
    } catch (error) {
      lag.reset();
      this.silence.warn(error);
    }
    return 0;
  }

  /** A command knows no listeners, since it registers none; the brokers then tell which groups there are. */
  private async consumers(admin: Admin): Promise<string[]> {
    if (this.dispatcher.consumers.length > 0) return this.dispatcher.consumers;
    const prefix = groupName(this.config.EVENT_PREFIX, '');
    const { groups } = await admin.listGroups();
    return groups.flatMap(({ groupId }) =>
      groupId.startsWith(prefix) ? [groupId.slice(prefix.length)] : [],
    );
  }

  private async lagOf(admin: Admin, consumer: string): Promise<number> {
    const groupId = groupName(this.config.EVENT_PREFIX, consumer);
    const topics = [
      ...new Set(this.dispatcher.typesOf(consumer).map((type) => eventEntry(type)?.topic ?? '')),
    ];
    const names = topics.map((topic) => topicName(this.config.EVENT_PREFIX, topic));
    // Without names, what the group has committed is answered.
    const committed = await admin.fetchOffsets({ groupId, topics: names.length > 0 ? names : undefined });
    const behind = await Promise.all(
      committed.map(async ({ topic, partitions }) => {
        const ends = await admin.fetchTopicOffsets(topic);
        return ends.map(({ partition, high, low }) => {
          const offset = Number(partitions.find((one) => one.partition === partition)?.offset ?? -1);
          return Number(high) - Math.max(offset, Number(low));
        });
      }),
    );
    return behind.flat().reduce((sum, messages) => sum + messages, 0);
  }

  private async connect(): Promise<Admin> {
    const admin = this.client.kafka.admin();
    await connectOrLeave(admin);
    return admin;
  }

  private async leave(used: Promise<Admin> | undefined): Promise<void> {
    if (this.admin === used) this.admin = undefined;
    // One that never connected has nothing to leave.
    await used?.then((connected) => connected.disconnect()).catch(() => undefined);
  }
}
