import { randomBytes } from 'node:crypto';
import { ConfigResourceTypes, Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { fromSetUp } from './from-set-up.js';

/** A message as a consumer elsewhere reads it, in text. */
export interface ReadMessage {
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  value: string;
  headers: Record<string, string>;
}

/** Topics under a prefix of one test's own on the broker of the run, or on `brokers`. */
export interface TestTopics {
  /** What makes a server use them. */
  environment: NodeJS.ProcessEnv;
  nameOf(topic: string): string;
  /** Everything in a topic, from its beginning. */
  read(topic: string): Promise<ReadMessage[]>;
  write(topic: string, ...messages: Message[]): Promise<void>;
  alter(topic: string, settings: Record<string, string>): Promise<void>;
  settingsOf(topic: string): Promise<Record<string, string>>;
  addPartition(topic: string): Promise<void>;
  /** Deletes the topics and the groups of the prefix. */
  remove(): Promise<void>;
}

/** Of each topic of theirs. */
export const partitions = 3;

export function newTopics(
  brokers = fromSetUp('TEST_KAFKA'),
  prefix = `test-${randomBytes(6).toString('hex')}`,
): TestTopics {
  const kafka = new Kafka({ clientId: prefix, brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const nameOf = (topic: string): string => `${prefix}.${topic}`;
  const asAdmin = async <T>(work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> => {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  };
  return {
    environment: { KAFKA_BROKERS: brokers, EVENT_PREFIX: prefix, KAFKA_PARTITIONS: String(partitions) },
    nameOf,
    read: async (topic) => {
      const ends = await asAdmin((admin) => admin.fetchTopicOffsets(nameOf(topic)));
      return readUpTo(kafka, nameOf(topic), ends);
    },
    write: async (topic, ...messages) => {
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic: nameOf(topic), messages });
      await producer.disconnect();
    },
    alter: (topic, settings) =>
      asAdmin(async (admin) => {
        const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
        const resource = { type: ConfigResourceTypes.TOPIC, name: nameOf(topic), configEntries };
        await admin.alterConfigs({ validateOnly: false, resources: [resource] });
      }),
    settingsOf: (topic) =>
      asAdmin(async (admin) => {
        const wanted = { type: ConfigResourceTypes.TOPIC, name: nameOf(topic) };
        const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [wanted] });
        const entries = resources.flatMap(({ configEntries }) => configEntries);
        return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
      }),
    addPartition: (topic) =>
      asAdmin(async (admin) => {
        await admin.createPartitions({ topicPartitions: [{ topic: nameOf(topic), count: partitions + 1 }] });
      }),
    remove: () =>
      asAdmin(async (admin) => {
        const ours = (name: string): boolean => name.startsWith(`${prefix}.`);
        const listed = await admin.listGroups();
        const { groups } = await admin.describeGroups(
          listed.groups.map(({ groupId }) => groupId).filter(ours),
        );
        // One whose member was killed cannot be deleted yet; it ends with the broker, and nobody reads by its name.
        const left = groups.filter(({ state }) => state === 'Empty').map(({ groupId }) => groupId);
        if (left.length > 0) await admin.deleteGroups(left);
        const topics = (await admin.listTopics()).filter(ours);
        if (topics.length > 0) await admin.deleteTopics({ topics });
      }),
  };
}

/** Reads until each partition is at the end that it had when the reading began. */
async function readUpTo(
  kafka: Kafka,
  topic: string,
  ends: readonly { partition: number; low: string; high: string }[],
): Promise<ReadMessage[]> {
  const open = new Map(
    ends.filter(({ low, high }) => low !== high).map((end) => [end.partition, Number(end.high)]),
  );
  const found: ReadMessage[] = [];
  if (open.size === 0) return found;
  const consumer = kafka.consumer({
    groupId: `${topic}.reader-${randomBytes(4).toString('hex')}`,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((done, failed) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error));
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const message of batch.messages) {
            const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [
              name,
              String(value),
            ]);
            found.push({
              topic,
              partition: batch.partition,
              offset: Number(message.offset),
              key: message.key?.toString() ?? null,
              value: message.value?.toString() ?? '',
              headers: Object.fromEntries(headers) as Record<string, string>,
            });
          }
          if (Number(batch.lastOffset()) + 1 >= (open.get(batch.partition) ?? 0))
            open.delete(batch.partition);
          if (open.size === 0) done();
        },
      })
      .catch(failed);
  });
  await consumer.disconnect();
  return found;
}
