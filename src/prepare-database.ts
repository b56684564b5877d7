import { join } from 'node:path';
import { migrations } from './migrations.js';
import type { Config } from './platform/config/config.js';
import { type Tell, awaitDatabase } from './platform/database/await-database.js';
import { databaseUrl } from './platform/database/database-url.js';
import { startEmbeddedPostgres } from './platform/database/embedded/embedded-postgres.js';
import { migrate } from './platform/database/migrate.js';

export interface PreparedDatabase {
  /** With the database's URL in it. */
  config: Config;
  /** Stops the embedded database unless another process uses it; nothing for a given one. */
  stop(): Promise<void>;
}

/**
 * A database that answers: the embedded one where none is given. It is migrated, except a given one in production,
 * where `cli migrate` does that when a person says so.
 */
export async function prepareDatabase(config: Config, tell: Tell): Promise<PreparedDatabase> {
  if (config.DATABASE_URL !== undefined) {
    await awaitDatabase(config.DATABASE_URL, tell);
    if (config.mode !== 'production') await bringUpToDate(config, tell);
    return { config, stop: () => Promise.resolve() };
  }
  const server = await startEmbeddedPostgres({ dataDir: join(config.DATA_DIR, 'postgres'), log: tell });
  try {
    const stored = { ...config, DATABASE_URL: server.url };
    await awaitDatabase(server.url, tell);
    await bringUpToDate(stored, tell);
    return { config: stored, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function bringUpToDate(config: Config, tell: Tell): Promise<void> {
  const applied = await migrate(databaseUrl(config), migrations);
  if (applied.length > 0) tell(`migrated: ${applied.join(', ')}`);
}
