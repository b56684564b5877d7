import { Inject, Injectable } from '@nestjs/common';
import {
  type Admin,
  type ConfigEntries,
  ConfigResourceTypes,
  ConfigSource,
  type IResourceConfigEntry,
  type ITopicConfig,
} from 'kafkajs';
import { CONFIG, type Config } from '../config/config.js';
import { topicMessageBytes } from '../events/index.js';
import { type DescribedTopic, describeTopics } from './described-topics.js';
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
    const described = await describeTopics(
      admin,
      wanted.map(({ topic }) => topic),
    );
    const changed = await alterSettings(admin, described, this.settings());
    return {
      created: missing.map(({ topic }) => topic),
      changed: changed.filter((topic) => there.has(topic)),
      differing: described.flatMap(({ topic, partitions }) =>
        partitions === this.config.KAFKA_PARTITIONS
          ? []
          : [`${topic} has ${partitions} partitions, wanted: ${this.config.KAFKA_PARTITIONS}`],
      ),
    };
  }

  private wanted(): ITopicConfig[] {
    const { EVENT_PREFIX: prefix, KAFKA_PARTITIONS: numPartitions } = this.config;
    const all = [...eventTopics(prefix), deadLetterTopic(prefix)];
    const configEntries = entriesOf(this.settings());
    // The brokers' own default decides over the number of replicas.
    return all.map((topic) => ({ topic, numPartitions, replicationFactor: -1, configEntries }));
  }

  private settings(): Settings {
    return {
      'cleanup.policy': 'delete',
      'max.message.bytes': String(topicMessageBytes),
      'retention.ms': String(this.config.KAFKA_RETENTION_DAYS * dayMs),
    };
  }
}

type Settings = Record<string, string>;

const entriesOf = (settings: Settings): IResourceConfigEntry[] =>
  Object.entries(settings).map(([name, value]) => ({ name, value }));

/** Answers the topics that had other settings. */
async function alterSettings(admin: Admin, topics: DescribedTopic[], ours: Settings): Promise<string[]> {
  const changed = topics.flatMap((described) => {
    const wanted = { ...ours, ...acknowledgement(described) };
    const { topic: name, settings } = described;
    if (Object.entries(wanted).every(([one, value]) => valueOf(settings, one) === value)) return [];
    // The request replaces all settings of a topic, so what an operator set beside ours is sent along.
    const others = settings.filter(
      ({ configName, configSource }) => configSource === ConfigSource.TOPIC_CONFIG && !(configName in wanted),
    );
    const kept = others.map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    return [{ type: ConfigResourceTypes.TOPIC, name, configEntries: [...kept, ...entriesOf(wanted)] }];
  });
  if (changed.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changed });
  return changed.map(({ name }) => name);
}

/**
 * "Acknowledged by all in sync" may be one replica alone by Kafka's own default. With three, two can be asked for and one may
 * still be away; with fewer, each loss of a broker would stop the shop's events.
 */
function acknowledgement({ replicas, settings }: DescribedTopic): Settings {
  const isEnough = replicas < 3 || Number(valueOf(settings, leastInSync)) >= 2;
  return isEnough ? {} : { [leastInSync]: '2' };
}

const leastInSync = 'min.insync.replicas';

const valueOf = (settings: readonly ConfigEntries[], name: string): string | undefined =>
  settings.find(({ configName }) => configName === name)?.configValue;
