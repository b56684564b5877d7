import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { EnduringPool } from '../../src/platform/database/connection.js';
import { backingServicesOf } from './backing-services.js';
import { fromSetUp } from './from-set-up.js';
import { databaseOn, onServer } from './test-template.js';
import { validateToldEvents } from './told-events.js';

/** A migrated database of one test file's own. */
export interface TestDatabase {
  url: string;
  name: string;
  /** Looks at the tables from outside, on connections of its own. */
  pool: pg.Pool;
  query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<pg.QueryResult<Row>>;
  /** Ends the pool and drops the database, whoever is still connected; fails where an event in it breaks the contract. */
  drop(): Promise<void>;
}

export async function createTestDatabase(options = { isMigrated: true }): Promise<TestDatabase> {
  const server = fromSetUp('TEST_SERVER_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.isMigrated ? fromSetUp('TEST_TEMPLATE') : 'template0';
  await onServer(server, `create database ${name} template ${template}`);
  const url = databaseOn(server, name);
  const pool = new EnduringPool({ connectionString: url, max: 4, application_name: 'test' });
  return {
    url,
    name,
    pool,
    query: (sql, parameters) => pool.query(sql, parameters),
    drop: async () => {
      try {
        await validateToldEvents(pool);
      } finally {
        await pool.end();
        await onServer(server, `drop database if exists ${name} with (force)`);
        await backingServicesOf(url).remove();
      }
    },
  };
}
