import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Cluster, pathForServer } from './cluster.js';
import { loopback } from './port.js';
import { isPostgres } from './processes.js';
import { handOver, spawnOptions } from './run-as.js';

const run = promisify(execFile);
const pollMs = 20;
// Longer than any crash recovery: the write-ahead log between two checkpoints is bounded.
const readyWithinMs = 300_000;
const largestLogBytes = 10_000_000;

export type Settings = Record<string, string>;

const defaults: Settings = {
  listen_addresses: loopback,
  unix_socket_directories: '',
  max_connections: '200',
  fsync: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failed statements are told to the application; here their text would put personal data into a log.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/** What `postmaster.pid` says; written by the server, and left behind when it is killed. */
export interface PidFile {
  pid: number;
  port: number;
  isReady: boolean;
}

function pidFilePath(cluster: Cluster): string {
  return join(cluster.dataDir, 'postmaster.pid');
}

export async function readPidFile(cluster: Cluster): Promise<PidFile | undefined> {
  const text = await readFile(pidFilePath(cluster), 'utf8').catch(() => undefined);
  const lines = text?.split('\n');
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
}

/**
 * Writes our number over that of a process that is no postmaster of this folder. PostgreSQL would refuse to start beside it, yet
 * passes over its parent's number; deleting the file would lose the shared memory's key, by which it finds leftover backends.
 */
export async function disownPidFile(cluster: Cluster): Promise<void> {
  const text = await readFile(pidFilePath(cluster), 'utf8');
  await writeFile(pidFilePath(cluster), text.replace(/^.*/, String(process.pid)));
}

/** Starts a server and waits until it takes connections. Fails, with the end of its log, when it ends before. */
export async function launchPostmaster(cluster: Cluster, port: number, settings: Settings): Promise<number> {
  await rotateLog(cluster.logFile);
  await handOver(cluster.dataDir, cluster.runAs);
  const log = await open(cluster.logFile, 'a', 0o600);
  const logStart = (await log.stat()).size;
  try {
    const folder = await pathForServer(cluster.dataDir, cluster.runAs);
    const child = spawnPostmaster(cluster, folder, log.fd, { ...defaults, ...settings, port: String(port) });
    const failure = new Promise<Error>((resolve) => child.once('error', resolve));
    if (child.pid === undefined) throw await failure;
    if (await becomesReady(cluster, child, child.pid)) return child.pid;
    throw new Error(`PostgreSQL did not start: ${await endOf(cluster.logFile, logStart)}`);
  } finally {
    await log.close();
  }
}

/** In a session of its own: Ctrl-C in the terminal must reach our process alone, which still needs the database to drain. */
function spawnPostmaster(cluster: Cluster, folder: string, logFd: number, settings: Settings): ChildProcess {
  const configured = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(cluster.binaries.postgres, ['-D', folder, ...configured], {
    ...spawnOptions(cluster.runAs),
    cwd: cluster.dataDir,
    detached: true,
    windowsHide: true,
    // A file, not a pipe: the server outlives our process when that is killed.
    stdio: ['ignore', logFd, logFd],
  });
  child.unref();
  return child;
}

async function becomesReady(cluster: Cluster, child: ChildProcess, pid: number): Promise<boolean> {
  const deadline = Date.now() + readyWithinMs;
  while (child.exitCode === null && child.signalCode === null) {
    const file = await readPidFile(cluster);
    if (file?.pid === pid && file.isReady) return true;
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL (pid ${pid}) is not ready after ${readyWithinMs / 1000} s`);
    await pause(pollMs);
  }
  return false;
}

/** Stops by "fast shutdown": open transactions are rolled back, sessions ended, everything written. */
export async function stopPostmaster(cluster: Cluster, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    // A signal on Windows ends the process at once, without a shutdown.
    await run(cluster.binaries.pgCtl, ['stop', '-D', cluster.dataDir, '-m', 'fast', '-w']);
    return;
  }
  // SIGQUIT is "immediate shutdown": nothing is lost, the next start recovers from the log.
  for (const [signal, waitMs] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    if (!(await isPostgres(pid))) return;
    process.kill(pid, signal);
    if (await isGoneWithin(pid, waitMs)) return;
  }
  throw new Error(`PostgreSQL (pid ${pid}) does not stop`);
}

async function isGoneWithin(pid: number, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs;
  while (await isPostgres(pid)) {
    if (Date.now() > deadline) return false;
    await pause(pollMs);
  }
  return true;
}

async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestLogBytes) await rename(file, `${file}.1`);
}

async function endOf(file: string, start: number): Promise<string> {
  const written = (await readFile(file)).subarray(start).toString('utf8').trim();
  return written.split('\n').slice(-5).join('\n') || `see ${file}`;
}
