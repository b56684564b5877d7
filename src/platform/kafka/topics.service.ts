import { Inject, Injectable } from '@nestjs/common';
import { type Admin, ConfigResourceTypes, ConfigSource } from 'kafkajs';
import { CONFIG, type Config } from '../config/config.js';
import { topicMessageBytes } from '../events/index.js';
import { connectOrLeave, KafkaClient } from './kafka-client.js';
import { deadLetterTopic, eventTopics } from './topic-names.js';

const dayMs = 86_400_000;

export interface AppliedTopics {
  created: string[];
  changed: string[];
  /** What a person has to decide: another number of partitions would bring later events of a key before earlier ones. */
  differing: string[];
}

/** The topics as the design wants them; they are made on purpose, never by a message that names one. */
@Injectable()
export class TopicsService {
  constructor(
    private readonly client: KafkaClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  get hasBrokers(): boolean {
    return this.config.KAFKA_BROKERS !== undefined;
  }

  /** Makes what is missing and mends settings; never touches messages. */
  async apply(): Promise<AppliedTopics> {
    const admin = this.client.kafka.admin();
    await connectOrLeave(admin);
    try {
      return await this.applyBy(admin);
    } finally {
      await admin.disconnect();
    }
  }

  private async applyBy(admin: Admin): Promise<AppliedTopics> {
    const wanted = this.wanted();
    const there = new Set(await admin.listTopics());
    const missing = wanted.filter(({ topic }) => !there.has(topic));
    if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true });
    const old = wanted.filter(({ topic }) => there.has(topic));
    return {
      created: missing.map(({ topic }) => topic),
      changed: await alterSettings(admin, old),
      differing: await otherPartitions(admin, old),
    };
  }

  private wanted(): WantedTopic[] {
    const { EVENT_PREFIX: prefix, KAFKA_PARTITIONS: numPartitions, KAFKA_RETENTION_DAYS: days } = this.config;
    const settings = {
      'cleanup.policy': 'delete',
      'max.message.bytes': String(topicMessageBytes),
      'retention.ms': String(days * dayMs),
    };
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const all = [...eventTopics(prefix), deadLetterTopic(prefix)];
    // The brokers' own default decides over the number of replicas.
    return all.map((topic) => ({ topic, numPartitions, replicationFactor: -1, configEntries }));
  }
}

interface WantedTopic {
  topic: string;
  numPartitions: number;
  replicationFactor: number;
  configEntries: { name: string; value: string }[];
}

async function alterSettings(admin: Admin, topics: readonly WantedTopic[]): Promise<string[]> {
  if (topics.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ topic }) => ({ type: ConfigResourceTypes.TOPIC, name: topic })),
  });
  const changed = topics.flatMap(({ topic, configEntries }) => {
    const there = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
    const valueOf = (name: string) => there.find(({ configName }) => configName === name)?.configValue;
    if (configEntries.every(({ name, value }) => valueOf(name) === value)) return [];
    // The request replaces all settings of a topic, so what an operator set beside ours is sent along.
    const others = there.filter(
      ({ configName, configSource }) =>
        configSource === ConfigSource.TOPIC_CONFIG && !configEntries.some(({ name }) => name === configName),
    );
    const kept = others.map(({ configName: name, configValue: value }) => ({ name, value }));
    return [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [...kept, ...configEntries] }];
  });
  if (changed.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changed });
  return changed.map(({ name }) => name);
}

async function otherPartitions(admin: Admin, topics: readonly WantedTopic[]): Promise<string[]> {
  if (topics.length === 0) return [];
  const described = await admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) });
  return described.topics.flatMap(({ name, partitions }) => {
    const wanted = topics.find(({ topic }) => topic === name)?.numPartitions;
    return partitions.length === wanted
      ? []
      : [`${name} has ${partitions.length} partitions, wanted: ${wanted}`];
  });
}
