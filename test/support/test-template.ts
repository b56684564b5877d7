import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrations } from '../../src/migrations.js';
import { migrate } from '../../src/platform/database/migrate.js';

/** The migrated database that every test file clones. */
export interface TestTemplate {
  name: string;
  drop(): Promise<void>;
}

export async function makeTemplate(serverUrl: string): Promise<TestTemplate> {
  const name = `test_template_${randomBytes(4).toString('hex')}`;
  const drop = (): Promise<void> => onServer(serverUrl, `drop database if exists ${name} with (force)`);
  await onServer(serverUrl, `create database ${name}`);
  try {
    await migrate(databaseOn(serverUrl, name), migrations);
    return { name, drop };
  } catch (error) {
    await drop();
    throw error;
  }
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
