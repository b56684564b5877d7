import type { MigrationList } from './data-sources.js';
import { migrationTable } from './data-sources.js';
import { sqlState } from './database-errors.js';

export const MIGRATIONS = Symbol('MIGRATIONS');

const undefinedTable = '42P01';

/** Anything that runs a statement: a pool, a client. */
export interface Queryable {
  query(sql: string): Promise<{ rows: unknown[] }>;
}

/** The names of the migrations that the database has not seen; empty when its schema is current (or newer). */
export async function missingMigrations(database: Queryable, migrations: MigrationList): Promise<string[]> {
  const applied = await appliedMigrations(database);
  return migrations.map((migration) => migration.name).filter((name) => !applied.has(name));
}

export async function isSchemaCurrent(database: Queryable, migrations: MigrationList): Promise<boolean> {
  return (await missingMigrations(database, migrations)).length === 0;
}

async function appliedMigrations(database: Queryable): Promise<Set<string>> {
  try {
    const { rows } = await database.query(`select name from public.${migrationTable}`);
    return new Set((rows as { name: string }[]).map((row) => row.name));
  } catch (error) {
    if (sqlState(error) === undefinedTable) return new Set();
    throw error;
  }
}
