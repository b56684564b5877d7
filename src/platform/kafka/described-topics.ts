import { type Admin, type ConfigEntries, ConfigResourceTypes, KafkaJSProtocolError } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';

const describeTries = 50;
const againAfterMs = 100;

export interface DescribedTopic {
  topic: string;
  partitions: number;
  /** Of the partition that has the fewest. */
  replicas: number;
  /** Its own and those that it has by the brokers' default. */
  settings: ConfigEntries[];
}

/** Topics as they are; one that was made a moment ago is waited for, since not every broker knows it at once. */
export async function describeTopics(admin: Admin, topics: string[]): Promise<DescribedTopic[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await describe(admin, topics);
    } catch (error) {
      const isYoung = error instanceof KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
      if (!isYoung || tries === describeTries) throw error;
      await pause(againAfterMs);
    }
  }
}

async function describe(admin: Admin, topics: string[]): Promise<DescribedTopic[]> {
  const metadata = await admin.fetchTopicMetadata({ topics });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return metadata.topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    settings: resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [],
  }));
}
