import { setTimeout as pause } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import pg from 'pg';
import { ConfigError } from '../config/config.js';
import { isDatabaseUnavailable } from './database-errors.js';

const oldestVersion = 15;
const longestPauseMs = 5000;

/** What a server says of itself; the settings as `show` prints them. */
export interface ServerFacts {
  version: string;
  versionNumber: number;
  fsync: string;
  synchronousCommit: string;
}

export type Tell = (message: string) => void;

/**
 * Waits, with growing pauses and without end, until the database at `url` answers, and looks whether it fits.
 * @throws ConfigError when it is older than PostgreSQL 15, or refuses for a reason that waiting does not mend (password, name)
 */
export async function awaitDatabase(url: string, tell: Tell): Promise<void> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return judgeServer(await serverFacts(url), tell);
    } catch (error) {
      if (!isNativeError(error) || error instanceof ConfigError) throw error;
      if (!isDatabaseUnavailable(error))
        throw new ConfigError([`DATABASE_URL is of no use: ${error.message}`]);
      tell(`the database does not answer yet, trying again: ${error.message || 'connection refused'}`);
      await pause(pauseMs);
    }
  }
}

async function serverFacts(url: string): Promise<ServerFacts> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  // The statement under way rejects too; without a listener the event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<ServerFacts>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as "versionNumber",
              current_setting('fsync') as fsync, current_setting('synchronous_commit') as "synchronousCommit"`,
    );
    const facts = rows[0];
    if (!facts) throw new Error('the database did not tell its version');
    return facts;
  } finally {
    await client.end();
  }
}

/** @throws ConfigError when the server is too old; tells whether it keeps what it has confirmed */
export function judgeServer(facts: ServerFacts, tell: Tell): void {
  if (facts.versionNumber < oldestVersion * 10_000) {
    throw new ConfigError([
      `DATABASE_URL leads to PostgreSQL ${facts.version}, wanted: ${oldestVersion} or newer`,
    ]);
  }
  const isDurable =
    facts.fsync === 'on' && facts.synchronousCommit !== 'off' && facts.synchronousCommit !== 'local';
  const settings = `fsync=${facts.fsync}, synchronous_commit=${facts.synchronousCommit}`;
  tell(
    `PostgreSQL ${facts.version}, ${settings}${isDurable ? '' : ': orders that were answered may be lost in a crash'}`,
  );
}
