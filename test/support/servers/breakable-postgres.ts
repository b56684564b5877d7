import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../../src/platform/database/embedded/embedded-postgres.js';
import { EnduringPool } from '../../../src/platform/database/connection.js';
import { isPostgres } from '../../../src/platform/database/embedded/processes.js';
import { validateToldEvents } from '../told-events.js';
import { endWithThisProcess } from './end-with-this-process.js';

/** A PostgreSQL of the caller's own that keeps what it confirmed; every start is on the same port and the same data. */
export interface BreakablePostgres {
  url: string;
  /** As a crash ends it: at once, so that the next start recovers. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Fails where an event in it breaks the contract. */
  remove(): Promise<void>;
}

const settings = { max_connections: '300' };

export async function startBreakablePostgres(more: Record<string, string> = {}): Promise<BreakablePostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-postgres-'));
  const dataDir = join(folder, 'data');
  const script = 'kill -s QUIT "$(head -n 1 "$1")"; sleep 1; rm -rf "$2"';
  const release = endWithThisProcess(script, join(dataDir, 'postmaster.pid'), folder);
  const start = () => startEmbeddedPostgres({ dataDir, settings: { ...settings, ...more } });
  let server = await start();
  return {
    url: server.url,
    crash: async () => {
      const pid = server.postmasterPid;
      // Its launcher, told first, does not start it again; the connection by which it takes leave may break meanwhile.
      const leaving = server.stop().catch(() => undefined);
      process.kill(pid, 'SIGQUIT');
      await leaving;
      while (await isPostgres(pid)) await pause(5);
    },
    start: async () => {
      server = await start();
    },
    remove: async () => {
      const pool = new EnduringPool({ connectionString: server.url, max: 1 });
      try {
        await validateToldEvents(pool);
      } finally {
        await pool.end();
        await server.stop();
        release();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
