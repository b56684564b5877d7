import { givenDatabase, givenServer } from './given-servers.js';
import { startKafkaBroker } from './kafka-broker.js';
import { startPostgresServer } from './postgres-server.js';
import { startRedisServer } from './redis-server.js';
import type { Runtime } from './first-that-starts.js';

/** Servers that all test files of a run use side by side. */
export interface SharedServers {
  postgresUrl: string;
  redisUrl: string;
  kafkaBrokers: string;
  remove(): Promise<void>;
}

interface SharedServer {
  address: string;
  how: string;
  remove(): Promise<void>;
}

const runtimes: Runtime[] = ['docker', 'native'];

/** Given by the environment, else by Docker, else as processes of this machine; each tells `print` how it came. */
export async function startSharedServers(
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<SharedServers> {
  // Refused before anything is started.
  const given = {
    postgres: givenDatabase(env),
    redis: givenServer('TEST_REDIS_URL', env),
    kafka: givenServer('TEST_KAFKA_BROKERS', env),
  };
  const starting = [
    announced('PostgreSQL', given.postgres, startPostgres, print),
    announced('Redis', given.redis, startRedis, print),
    announced('Kafka', given.kafka, startKafka, print),
  ] as const;
  const settled = await Promise.allSettled(starting);
  const remove = async (): Promise<void> => {
    for (const server of settled) if (server.status === 'fulfilled') await server.value.remove();
  };
  const missing = settled
    .filter((server) => server.status === 'rejected')
    .map(({ reason }) => String(reason));
  if (missing.length > 0) {
    await remove();
    throw new Error(missing.join('\n'));
  }
  const [postgres, redis, kafka] = await Promise.all(starting);
  return { postgresUrl: postgres.address, redisUrl: redis.address, kafkaBrokers: kafka.address, remove };
}

async function announced(
  name: string,
  given: string | undefined,
  start: () => Promise<SharedServer>,
  print: (line: string) => void,
): Promise<SharedServer> {
  const since = performance.now();
  const server = given
    ? { address: given, how: 'given by the environment', remove: () => Promise.resolve() }
    : await start();
  print(`${name}: ${server.how}, ready after ${((performance.now() - since) / 1000).toFixed(1)} s`);
  return server;
}

async function startPostgres(): Promise<SharedServer> {
  const server = await startPostgresServer(runtimes);
  return { address: server.url, how: server.how, remove: () => server.remove() };
}

async function startRedis(): Promise<SharedServer> {
  const server = await startRedisServer(runtimes);
  return { address: server.url, how: server.how, remove: () => server.remove() };
}

async function startKafka(): Promise<SharedServer> {
  const broker = await startKafkaBroker(runtimes);
  return { address: broker.brokers, how: broker.how, remove: () => broker.remove() };
}
