import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/platform/database/embedded/embedded-postgres.js';
import { freePort, loopback } from '../../../src/platform/database/embedded/port.js';
import { Container } from './container.js';
import { endWithThisProcess } from './end-with-this-process.js';
import { firstThatStarts, type Runtime } from './first-that-starts.js';
import { started } from './server-process.js';

export interface PostgresServer {
  /** Of a superuser, in the database `test`. */
  url: string;
  how: string;
  remove(): Promise<void>;
}

// Test data may be lost in a crash of the machine; tests of crashes start a server of their own with fsync.
const settings = { fsync: 'off', max_connections: '300' };

export function startPostgresServer(runtimes: Runtime[]): Promise<PostgresServer> {
  return firstThatStarts(runtimes, { native: embedded, docker: serverInContainer });
}

async function embedded(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-'));
  const dataDir = join(folder, 'data');
  // SIGQUIT is "immediate shutdown".
  const script = 'kill -s QUIT "$(head -n 1 "$1")"; sleep 1; rm -rf "$2"';
  const release = endWithThisProcess(script, join(dataDir, 'postmaster.pid'), folder);
  const server = await startEmbeddedPostgres({ dataDir, database: 'test', settings });
  const remove = async (): Promise<void> => {
    await server.stop();
    release();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, how: 'the embedded binaries', remove };
}

async function serverInContainer(): Promise<PostgresServer> {
  const [port, password] = [await freePort(), randomBytes(12).toString('hex')];
  const url = `postgres://postgres:${password}@${loopback}:${port}/test`;
  const container = await Container.create({
    service: 'postgres',
    ports: [port, 5432],
    environment: {
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: 'test',
      // The order of texts that the embedded one has.
      POSTGRES_INITDB_ARGS: '--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C',
    },
    command: ['postgres', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    isReady: () => isReady(url),
  });
  return Object.assign(await started(container), { url });
}

async function isReady(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  // A server that is just coming up cuts connections.
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}
