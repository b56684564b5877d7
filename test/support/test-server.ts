import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrations } from '../../src/migrations.js';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/platform/database/migrate.js';

/** The PostgreSQL of one test run, with the migrated database that every test file clones. */
export interface TestServer {
  /** Of the server's maintenance database, from which others are created. */
  url: string;
  template: string;
  stop(): Promise<void>;
}

/** A given server by TEST_DATABASE_URL, else an embedded one that lives as long as the run. */
export async function startTestServer(): Promise<TestServer> {
  const server = await openServer();
  const template = `test_template_${randomBytes(4).toString('hex')}`;
  try {
    await onServer(server.url, `create database ${template}`);
    await migrate(databaseOn(server.url, template), migrations);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await onServer(server.url, `drop database if exists ${template} with (force)`);
    await server.stop();
  };
  return { url: server.url, template, stop };
}

/** The same server's other database. */
export function databaseOn(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

export async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function openServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (!given) return embedded();
  const name = new URL(given).pathname.slice(1);
  if (!name.includes('test'))
    throw new Error(
      `TEST_DATABASE_URL names the database "${name}"; only one with "test" in its name is touched`,
    );
  return { url: given, stop: () => Promise.resolve() };
}

async function embedded(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-'));
  // Test data may be lost in a crash of the machine; tests of crashes start a server of their own with fsync.
  const settings = { fsync: 'off', max_connections: '300' };
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), database: 'test', settings });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}
