import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { transformFileSync } from '@swc/core';
import { Kafka, logLevel } from 'kafkajs';
import { createClient } from 'redis';
import { eventually } from '../support/event-house.js';
import { type KafkaBroker, startKafkaBroker } from '../support/servers/kafka-broker.js';
import { type RedisServer, startRedisServer } from '../support/servers/redis-server.js';

const run = promisify(execFile);
const jestFile = resolve(__dirname, '../../node_modules/jest/bin/jest.js');
const folder = mkdtempSync(join(tmpdir(), 'test-servers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a run says that cannot have its servers. */
async function refusalOf(env: NodeJS.ProcessEnv): Promise<string> {
  const words = [jestFile, '--selectProjects', 'integration', '--testPathPatterns', 'integration/http.spec'];
  const { HOME, PATH } = process.env;
  const answer = run(process.execPath, words, { env: { HOME, PATH, ...env } });
  return answer.then(
    () => 'it ran',
    ({ stderr }: { stderr: string }) => stderr,
  );
}

describe('a run of the tests', () => {
  it('touches no database without "test" in its name', async () => {
    const said = await refusalOf({ TEST_DATABASE_URL: 'postgres://me@127.0.0.1:1/shop' });
    expect(said).toMatch(/names the database "shop"; only one with "test" in its name is touched/);
  }, 60_000);

  it.each([
    ['TEST_REDIS_URL', 'redis://127.0.0.1:1'],
    ['TEST_KAFKA_BROKERS', '127.0.0.1:1'],
  ])(
    'takes %s only with TEST_SERVERS_DISPOSABLE=yes',
    async (variable, address) => {
      const said = await refusalOf({ [variable]: address });
      expect(said).toContain(
        `${variable} names a server whose data the tests delete; TEST_SERVERS_DISPOSABLE=yes allows it`,
      );
      expect(said).not.toMatch(/ready after/);
    },
    60_000,
  );

  it('says everything that is missing and how to get it, and leaves nothing running', async () => {
    for (const program of ['sh', 'cat', 'head', 'id', 'rm', 'sleep'])
      symlinkSync(realpathSync(join('/bin', program)), join(folder, program));
    const said = await refusalOf({ PATH: folder });
    expect(said).toMatch(/PostgreSQL: the embedded binaries, ready after \d/);
    expect(said).toMatch(/redis-server is not on the PATH: install redis-server, or /);
    expect(said).toMatch(/Kafka needs Java 17 or newer on the PATH: install openjdk-17-jre-headless, or /);
  }, 60_000);
});

describe('a server of a process that is killed', () => {
  it('ends with it', async () => {
    const source = resolve(__dirname, '../support/servers/end-with-this-process.ts');
    const { code } = transformFileSync(source, { module: { type: 'commonjs' }, jsc: { target: 'es2022' } });
    const proof = join(folder, 'ended');
    const guarded = `exports.endWithThisProcess('touch "$1"', ${JSON.stringify(proof)}); console.log('guarded')`;
    const child = spawn(process.execPath, ['-e', `${code}; ${guarded}; setInterval(() => {}, 1000)`]);
    await once(child.stdout, 'data');
    expect(existsSync(proof)).toBe(false);
    child.kill('SIGKILL');
    await eventually('what the guard does', () => existsSync(proof));
  }, 60_000);
});

describe('a broker of the tests', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafkaBroker();
  }, 300_000);
  afterAll(() => broker.remove());

  it('keeps its topics and messages over a kill, at the same address', async () => {
    const kafka = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING });
    const [admin, producer, topic] = [kafka.admin(), kafka.producer(), `probe-${randomUUID()}`];
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ key: 'a', value: 'kept' }] });
    await broker.kill();
    await broker.start();
    const [partition] = await admin.fetchTopicOffsets(topic);
    expect(partition).toMatchObject({ low: '0', high: '1' });
    await producer.send({ topic, acks: -1, messages: [{ key: 'a', value: 'after' }] });
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }, 120_000);

  it('starts again after a stop', async () => {
    await broker.stop();
    await broker.start();
    const admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await expect(admin.describeCluster()).resolves.toMatchObject({ brokers: [{}] });
    await admin.disconnect();
  }, 120_000);
});

describe('a Redis of the tests', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  }, 300_000);
  afterAll(() => server.remove());

  async function connect() {
    const client = createClient({ url: server.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    return client.connect();
  }

  it('says nothing while it is frozen and answers what it was asked once it is thawed', async () => {
    const client = await connect();
    await client.set('key', 'value');
    await server.freeze();
    let isAnswered = false;
    const answer = client.get('key').finally(() => (isAnswered = true));
    await new Promise((ok) => setTimeout(ok, 300));
    expect(isAnswered).toBe(false);
    await server.thaw();
    await expect(answer).resolves.toBe('value');
    client.destroy();
  }, 60_000);

  it('refuses connections once it is killed and is empty after its next start', async () => {
    await server.kill();
    await expect(connect()).rejects.toThrow();
    await server.start();
    const client = await connect();
    expect(await client.get('key')).toBeNull();
    client.destroy();
  }, 60_000);

  it('loses every key at a flush', async () => {
    const client = await connect();
    await client.set('key', 'value');
    await server.flush();
    expect(await client.get('key')).toBeNull();
    client.destroy();
  }, 60_000);
});
