import pg from 'pg';
import { DataSource } from 'typeorm';
import { longLimits, poolConfig } from './connection.js';
import { type MigrationList, migrationOptions } from './data-sources.js';
import { missingMigrations } from './schema-state.js';

/** Any number, as long as all versions of the program agree on it. */
const migrationLock = 7_255_101;

/**
 * Brings the database at `url` to the schema of `migrations`, each in a transaction of its own; processes that start
 * together take turns by an advisory lock.
 * @returns the names of what was applied now, empty when nothing was due
 */
export async function migrate(url: string, migrations: MigrationList): Promise<string[]> {
  const client = new pg.Client(poolConfig(url, 'migrate', longLimits, { max: 1, acquireMs: 5000 }));
  // The statement under way rejects too; without a listener the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const missing = await missingMigrations(client, migrations);
    if (missing.length > 0) await apply(url, migrations);
    return missing;
  } finally {
    await client.end();
  }
}

async function apply(url: string, migrations: MigrationList): Promise<void> {
  const dataSource = await new DataSource(migrationOptions(url, migrations)).initialize();
  try {
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}
