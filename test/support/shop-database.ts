import { join } from 'node:path';
import type pg from 'pg';
import { EnduringPool } from '../../src/platform/database/connection.js';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';
import type { ShopProcess } from './shop-process.js';

/** A look into the embedded database of a running shop; ending the pool leaves the server as it was. */
export async function databaseOf(shop: ShopProcess): Promise<pg.Pool> {
  const server = await startEmbeddedPostgres({ dataDir: join(shop.dataDir, 'postgres') });
  const pool = new EnduringPool({ connectionString: server.url, max: 2 });
  const end = pool.end.bind(pool);
  return Object.assign(pool, {
    end: async () => {
      await end();
      await server.stop();
    },
  });
}
