import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { freePort, loopback } from '../../../src/platform/database/embedded/port.js';
import { Container } from './container.js';
import { askVersion, findOrInstall } from './find-or-install.js';
import { firstThatStarts, type Runtime } from './first-that-starts.js';
import { NativeProcess } from './native-process.js';
import { type ServerProcess, started } from './server-process.js';

export type RedisServer = ServerProcess & {
  url: string;
  /** Loses everything, as after an eviction of all keys. */
  flush(): Promise<void>;
};

const advice =
  'redis-server is not on the PATH: install redis-server, or start Docker, or name a server by TEST_REDIS_URL';
// A cache: it keeps nothing over a restart.
const inMemory = ['--save', '', '--appendonly', 'no'];

/** A Redis of the caller's own, empty. */
export function startRedisServer(runtimes: Runtime[] = ['native', 'docker']): Promise<RedisServer> {
  return firstThatStarts(runtimes, { native: nativeServer, docker: serverInContainer });
}

async function nativeServer(): Promise<RedisServer> {
  const look = () => askVersion('redis-server', ['--version'], /v=(\S+)/);
  const { version, how } = await findOrInstall(look, ['redis-server'], advice);
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-redis-'));
  const port = await freePort();
  const url = `redis://${loopback}:${port}`;
  const server = new NativeProcess({
    how: `redis-server ${version} (${how})`,
    program: 'redis-server',
    words: ['--port', `${port}`, '--bind', loopback, ...inMemory],
    folder,
    isReady: () => isReady(url),
  });
  return Object.assign(await started(server), { url, flush: () => flush(url) });
}

async function serverInContainer(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://${loopback}:${port}`;
  const container = await Container.create({
    service: 'redis',
    ports: [port, 6379],
    command: ['redis-server', ...inMemory],
    isReady: () => isReady(url),
  });
  return Object.assign(await started(container), { url, flush: () => flush(url) });
}

const isReady = (url: string): Promise<boolean> =>
  ask(url, 'PING').then(
    (answer) => answer === 'PONG',
    () => false,
  );

async function flush(url: string): Promise<void> {
  await ask(url, 'FLUSHALL');
}

async function ask(url: string, command: string): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 1000 } });
  // The failed connect is told by its own promise.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand([command]);
  } finally {
    client.destroy();
  }
}
