import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from './error-code.js';

const run = promisify(execFile);

interface ProcessState {
  name: string;
  parent: number;
  dead: boolean;
}

/** What Linux says about a process; undefined where it has none of that number. */
async function linuxState(pid: number): Promise<ProcessState | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (line === undefined) return undefined;
  const nameEnd = line.lastIndexOf(')');
  const [state = '', parent = ''] = line.slice(nameEnd + 2).split(' ');
  // An orphan that nobody reaps (a container without an init) stays a zombie for good, and signal 0 still reaches it.
  return {
    name: line.slice(line.indexOf('(') + 1, nameEnd),
    parent: Number(parent),
    dead: 'ZX'.includes(state),
  };
}

export function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Whether a PostgreSQL process has this number now; numbers are given out again, so being alive says little. */
export async function isPostgres(pid: number): Promise<boolean> {
  if (!answersSignals(pid)) return false;
  if (process.platform === 'linux') {
    const state = await linuxState(pid);
    return state !== undefined && !state.dead && state.name.startsWith('postgres');
  }
  if (process.platform === 'win32') return true;
  const name = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => undefined);
  return name !== undefined && /(^|\/)postgres\b/.test(name.stdout.trim());
}

/** Whether the process works in this folder, as every PostgreSQL process does in its data; undefined where that cannot be seen. */
export async function worksIn(pid: number, folder: string): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return undefined;
  const own = await stat(folder);
  const its = await stat(`/proc/${pid}/cwd`).catch(() => undefined);
  return its && its.dev === own.dev && its.ino === own.ino;
}

/**
 * Ends what a killed postmaster left behind: its backends hold the shared memory, and PostgreSQL does not start beside them.
 * One that waits for a lock inside that memory never ends by itself. Killing loses nothing: what is committed is in the log.
 */
export async function endLeftoverBackends(dataDir: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  let ended = 0;
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const state = await linuxState(pid);
    if (!state?.name.startsWith('postgres') || state.dead || (await isPostgres(state.parent))) continue;
    if (!(await worksIn(pid, dataDir))) continue;
    if (answersSignals(pid)) process.kill(pid, 'SIGKILL');
    ended += 1;
  }
  return ended;
}
