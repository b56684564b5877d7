import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { freePort, loopback } from '../../../src/platform/database/embedded/port.js';
import { Container } from './container.js';
import { firstThatStarts, type Runtime } from './first-that-starts.js';
import { findKafka } from './kafka-program.js';
import { NativeProcess } from './native-process.js';
import { type ServerProcess, started } from './server-process.js';

const run = promisify(execFile);

export type KafkaBroker = ServerProcess & { brokers: string };

/** One of the brokers of a cluster, which is a controller as well. */
export interface KafkaNode {
  id: number;
  port: number;
  controllerPort: number;
}

/** A broker of the caller's own, without topics; it keeps its messages over `kill` and `start`. */
export function startKafkaBroker(runtimes: Runtime[] = ['native', 'docker']): Promise<KafkaBroker> {
  return firstThatStarts(runtimes, { native: nativeBroker, docker: brokerInContainer });
}

async function nativeBroker(): Promise<KafkaBroker> {
  const node = await newKafkaNode(1);
  return started(await nativeNode(node, [node]));
}

export const newKafkaNode = async (id: number): Promise<KafkaNode> => ({
  id,
  port: await freePort(),
  controllerPort: await freePort(),
});

type Settings = Record<string, string>;

/** What is other than usual about a node: its settings, and words for the formatting of its storage. */
export interface KafkaVariant {
  refine: (usual: Settings) => Settings;
  formatWords: readonly string[];
}

const usual: KafkaVariant = { refine: (settings) => settings, formatWords: [] };

/** A process for one of the nodes of a cluster, not started yet. */
export async function nativeNode(
  node: KafkaNode,
  cluster: readonly KafkaNode[],
  { refine, formatWords } = usual,
): Promise<KafkaBroker> {
  const { how, words } = await findKafka();
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-kafka-'));
  try {
    const settings = { ...refine(settingsOf(node, cluster, loopback)), 'log.dirs': join(folder, 'data') };
    const file = join(folder, 'server.properties');
    await writeFile(
      file,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const clusterId = Buffer.from('shop-test-broker').toString('base64url');
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file, ...formatWords];
    await run('java', [...words, ...format]);
    const program = { how, program: 'java', words: [...words, 'kafka.Kafka', file], folder };
    const process = new NativeProcess({ ...program, isReady: () => answers(node) });
    return Object.assign(process, { brokers: addressOf(node) });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function brokerInContainer(): Promise<KafkaBroker> {
  const node = { ...(await newKafkaNode(1)), controllerPort: 9093 };
  const environment = Object.fromEntries(
    Object.entries({ ...settingsOf(node, [node], ''), 'heap.opts': '-Xmx512m' }).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  );
  const container = await Container.create({
    service: 'kafka',
    ports: [node.port, node.port],
    environment,
    isReady: () => answers(node),
  });
  return Object.assign(await started(container), { brokers: addressOf(node) });
}

const addressOf = ({ port }: KafkaNode): string => `${loopback}:${port}`;

/** Broker and controller in one, as safe as the cluster's size allows; `listenOn` is the address of its sockets, empty for all. */
function settingsOf(
  { id, port, controllerPort }: KafkaNode,
  cluster: readonly KafkaNode[],
  listenOn: string,
): Settings {
  const voters = cluster.map((node) => `${node.id}@${loopback}:${node.controllerPort}`);
  const replicas = String(cluster.length);
  const inSync = String(Math.max(1, cluster.length - 1));
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters.join(','),
    listeners: `PLAINTEXT://${listenOn}:${port},CONTROLLER://${listenOn}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${loopback}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'default.replication.factor': replicas,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  };
}

/** Whether the node answers and belongs to its cluster. */
async function answers(node: KafkaNode): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [addressOf(node)],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.some(({ port }) => port === node.port);
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
