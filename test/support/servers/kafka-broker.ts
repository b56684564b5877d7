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

/** A broker of the caller's own, without topics; it keeps its messages over `kill` and `start`. */
export function startKafkaBroker(runtimes: Runtime[] = ['native', 'docker']): Promise<KafkaBroker> {
  return firstThatStarts(runtimes, { native: nativeBroker, docker: brokerInContainer });
}

async function nativeBroker(): Promise<KafkaBroker> {
  const { how, words } = await findKafka();
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-kafka-'));
  try {
    const [port, controller] = [await freePort(), await freePort()];
    const settings = { ...settingsOf(port, controller, loopback), 'log.dirs': join(folder, 'data') };
    const file = join(folder, 'server.properties');
    await writeFile(
      file,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const clusterId = Buffer.from('shop-test-broker').toString('base64url');
    await run('java', [...words, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file]);
    const program = { how, program: 'java', words: [...words, 'kafka.Kafka', file], folder };
    const brokers = `${loopback}:${port}`;
    const process = new NativeProcess({ ...program, isReady: () => answers(brokers) });
    return Object.assign(await started(process), { brokers });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function brokerInContainer(): Promise<KafkaBroker> {
  const port = await freePort();
  const environment = Object.fromEntries(
    Object.entries({ ...settingsOf(port, 9093, ''), 'heap.opts': '-Xmx512m' }).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  );
  const brokers = `${loopback}:${port}`;
  const container = await Container.create({
    service: 'kafka',
    ports: [port, port],
    environment,
    isReady: () => answers(brokers),
  });
  return Object.assign(await started(container), { brokers });
}

/** One node for everything; `listenOn` is the address of its sockets, empty for all. */
function settingsOf(port: number, controllerPort: number, listenOn: string): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${loopback}:${controllerPort}`,
    listeners: `PLAINTEXT://${listenOn}:${port},CONTROLLER://${listenOn}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${loopback}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  };
}

async function answers(brokers: string): Promise<boolean> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length === 1;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
