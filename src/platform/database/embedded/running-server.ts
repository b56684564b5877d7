import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster } from './cluster.js';
import { choosePort } from './port.js';
import {
  disownPidFile,
  launchPostmaster,
  type PidFile,
  readPidFile,
  type Settings,
  stopPostmaster,
} from './postmaster.js';
import { isNotReadyYet, Presence } from './presence.js';
import { answersSignals, endLeftoverBackends, isPostgres, worksIn } from './processes.js';

const answersWithinMs = 10_000;
const recoversWithinMs = 300_000;
const launchWithinMs = 5000;
const launchPauseMs = 200;

export interface RunningServer {
  pid: number;
  port: number;
  presence: Presence;
  reused: boolean;
}

/**
 * The cluster's server, found running or started; on `port` where one is given. Under the start lock only.
 * Tries for five seconds: after a kill the first attempts may meet the shared memory of backends that are still ending,
 * a port may be taken between its choice and its use, and a killed process may have started a server a moment ago.
 */
export async function ensureRunning(
  cluster: Cluster,
  settings: Settings,
  port?: number,
): Promise<RunningServer> {
  const deadline = Date.now() + launchWithinMs;
  for (;;) {
    const running = await findRunning(cluster);
    if (running) return running;
    try {
      return await launch(cluster, settings, port ?? (await choosePort(cluster.portFile)));
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause(launchPauseMs);
    const holder = await readPidFile(cluster);
    if (!holder || !(await isPostgres(holder.pid))) await endLeftoverBackends(cluster.dataDir);
  }
}

async function findRunning(cluster: Cluster): Promise<RunningServer | undefined> {
  const file = await readPidFile(cluster);
  if (!file) return undefined;
  const presence = (await isPostgres(file.pid)) ? await reach(cluster, file) : undefined;
  if (presence) return { pid: file.pid, port: file.port, presence, reused: true };
  if (answersSignals(file.pid)) await disownPidFile(cluster);
  return undefined;
}

/** A connection to the server of that pid file; undefined when it ends meanwhile or is another folder's. */
async function reach(cluster: Cluster, file: PidFile): Promise<Presence | undefined> {
  const start = Date.now();
  while (await isPostgres(file.pid)) {
    const port = (await readPidFile(cluster))?.port ?? file.port;
    try {
      return await ownPresence(cluster, port);
    } catch (error) {
      const patienceMs = isNotReadyYet(error) ? recoversWithinMs : answersWithinMs;
      if (Date.now() - start > patienceMs) return giveUp(cluster, file.pid, error);
    }
    await pause(50);
  }
  return undefined;
}

async function ownPresence(cluster: Cluster, port: number): Promise<Presence | undefined> {
  const presence = await Presence.announce(cluster, port);
  if (await presence.serves(cluster.dataDir)) return presence;
  await presence.leave();
  return undefined;
}

async function giveUp(cluster: Cluster, pid: number, cause: unknown): Promise<undefined> {
  if ((await worksIn(pid, cluster.dataDir)) === false) return undefined;
  throw new Error(`PostgreSQL (pid ${pid}) holds ${cluster.dataDir} and does not answer`, { cause });
}

async function launch(cluster: Cluster, settings: Settings, port: number): Promise<RunningServer> {
  const pid = await launchPostmaster(cluster, port, settings);
  try {
    return { pid, port, presence: await Presence.announce(cluster, port), reused: false };
  } catch (error) {
    await stopPostmaster(cluster, pid);
    throw error;
  }
}
