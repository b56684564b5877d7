import { type Admin, Kafka, logLevel } from 'kafkajs';
import { type KafkaBroker, type KafkaNode, nativeNode, newKafkaNode } from './kafka-broker.js';
import { untilReady } from './server-process.js';

/** Brokers of one cluster by their node id. */
export interface KafkaCluster {
  /** The addresses of all, comma-separated. */
  brokers: string;
  nodes: ReadonlyMap<number, KafkaBroker>;
  /** How many partitions of the topics each node leads. */
  leaders(topics: string[]): Promise<Map<number, number>>;
  /** Resolves when every replica of the topics, and of the groups' offsets, has all that its leader has. */
  untilInSync(topics: string[]): Promise<void>;
  /** Ends all with their data. */
  remove(): Promise<void>;
}

const size = 3;
const offsets = '__consumer_offsets';

/**
 * Three brokers, each message on all of them; how many have to acknowledge it is left to its topic. As processes of this machine
 * only: containers would have to reach each other by the addresses that the tests reach them by.
 */
export async function startKafkaCluster(): Promise<KafkaCluster> {
  const members: KafkaNode[] = [];
  for (let id = 1; id <= size; id += 1) members.push(await newKafkaNode(id));
  const nodes = new Map<number, KafkaBroker>();
  const remove = async (): Promise<void> => {
    await Promise.all([...nodes.values()].map((node) => node.remove()));
  };
  try {
    for (const member of members) nodes.set(member.id, await nativeNode(member, members));
    // One alone has no quorum and is never ready.
    await Promise.all([...nodes.values()].map((node) => node.start()));
  } catch (error) {
    await remove();
    throw error;
  }
  const brokers = [...nodes.values()].map((node) => node.brokers);
  const partitionsOf = (topics: string[]) =>
    asAdmin(brokers, async (admin) =>
      (await admin.fetchTopicMetadata({ topics })).topics.flatMap(({ partitions }) => partitions),
    );
  return {
    brokers: brokers.join(','),
    nodes,
    leaders: async (topics) => {
      const led = new Map<number, number>();
      for (const { leader } of await partitionsOf(topics)) led.set(leader, (led.get(leader) ?? 0) + 1);
      return led;
    },
    untilInSync: (topics) =>
      untilReady(
        async () => (await partitionsOf([...topics, offsets])).every(({ isr }) => isr.length === size),
        () => false,
        () => 'some replica stays behind',
      ),
    remove,
  };
}

async function asAdmin<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
