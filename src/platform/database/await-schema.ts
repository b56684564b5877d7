import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Tell } from './await-database.js';
import type { MigrationList } from './data-sources.js';
import { missingMigrations } from './schema-state.js';

const lookEveryMs = 1000;

/** Waits without end until the database at `url` has seen all of `migrations`, and tells once what is missing. */
export async function awaitSchema(url: string, migrations: MigrationList, tell: Tell): Promise<void> {
  let missing = await lookAt(url, migrations);
  if (missing.length > 0)
    tell(`the schema is older than this program, run \`cli migrate\`: ${missing.join(', ')}`);
  while (missing.length > 0) {
    await pause(lookEveryMs);
    missing = await lookAt(url, migrations);
  }
}

async function lookAt(url: string, migrations: MigrationList): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The statement under way rejects too; without a listener the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await missingMigrations(client, migrations);
  } finally {
    await client.end();
  }
}
