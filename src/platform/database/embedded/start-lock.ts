import { randomUUID } from 'node:crypto';
import { link, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from './error-code.js';
import { answersSignals } from './processes.js';

const heartbeatMs = 1000;
// The number of a holder that died may belong to another process by now (always so in containers), so silence counts too.
const staleAfterMs = 10_000;
const longestWaitMs = 180_000;

/**
 * Lets one caller at a time, of all processes on the machine, start or stop the server of a data folder. It spares doubled
 * work and is no guard of the data: that is PostgreSQL's own `postmaster.pid`.
 */
export async function withStartLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${randomUUID()}`;
  const deadline = Date.now() + longestWaitMs;
  while (!(await take(file, token))) {
    if (Date.now() > deadline)
      throw new Error(`${file} is held by another process for ${longestWaitMs / 1000} s`);
    if (!(await dropIfStale(file))) await pause(50);
  }
  const heartbeat = setInterval(
    () => void utimes(file, new Date(), new Date()).catch(() => undefined),
    heartbeatMs,
  );
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await contentOf(file)) === token) await unlink(file);
  }
}

async function take(file: string, token: string): Promise<boolean> {
  try {
    await writeFile(file, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function dropIfStale(file: string): Promise<boolean> {
  const content = await contentOf(file);
  const age = await stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  const holder = Number.parseInt(content ?? '', 10);
  const isStale = age > staleAfterMs || (holder > 0 && !answersSignals(holder));
  if (content === undefined || !isStale) return false;
  // Moved away rather than deleted: of two callers that found it stale, the later one would delete the earlier one's new lock.
  const aside = `${file}.${randomUUID()}`;
  await rename(file, aside).catch(() => undefined);
  const moved = await contentOf(aside);
  if (moved === undefined) return false;
  if (moved !== content) await link(aside, file).catch(() => undefined);
  await unlink(aside);
  return moved === content;
}

function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
