import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beside, type Cluster, openCluster, superuser } from './cluster.js';
import { loopback } from './port.js';
import { type Settings, stopPostmaster } from './postmaster.js';
import { isPostgres } from './processes.js';
import { ensureRunning, type RunningServer } from './running-server.js';
import { withStartLock } from './start-lock.js';

const watchIntervalMs = 200;
const pauseAfterFailureMs = 1000;

export interface EmbeddedPostgresOptions {
  /** The folder of the data; its password, log and lock stand beside it as `<dataDir>.password` and so on. */
  dataDir: string;
  /** Made when missing; `shop` where not given. */
  database?: string;
  log?: (message: string) => void;
  /** Settings of PostgreSQL; they count for a server that is started, not for one found running. */
  settings?: Settings;
}

type Log = (message: string) => void;

/**
 * Starts the PostgreSQL that comes with the application, or joins the one that already runs on this data folder, and keeps it
 * running until `stop()`. Hooks no signals: the caller decides when nothing needs the database any more.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { database = 'shop', log = () => undefined, settings = {} } = options;
  const lockFile = beside(options.dataDir, 'lock');
  await mkdir(dirname(lockFile), { recursive: true });
  return withStartLock(lockFile, async () => {
    const cluster = await openCluster(options.dataDir, log);
    const server = await ensureRunning(cluster, settings);
    await server.presence.ensureDatabase(database).catch(async (error: unknown) => {
      await leave(cluster, server);
      throw error;
    });
    log(
      `PostgreSQL ${server.reused ? 'found running' : 'started'} on ${loopback}:${server.port} (pid ${server.pid})`,
    );
    return new EmbeddedPostgres(cluster, server, { database, log, settings, lockFile });
  });
}

export class EmbeddedPostgres {
  /** Whether the server was running before; `false` for one that this call started. */
  readonly reused: boolean;
  private readonly watch: NodeJS.Timeout;
  private reviving?: Promise<void>;
  private stopping?: Promise<void>;
  private looking = false;
  private quietUntil = 0;

  /** By `startEmbeddedPostgres` only. */
  constructor(
    private readonly cluster: Cluster,
    private server: RunningServer,
    private readonly own: { database: string; log: Log; settings: Settings; lockFile: string },
  ) {
    this.reused = server.reused;
    this.watch = setInterval(() => void this.look(), watchIntervalMs);
    this.watch.unref();
  }

  get url(): string {
    return `postgres://${superuser}:${this.cluster.password}@${loopback}:${this.server.port}/${encodeURIComponent(this.own.database)}`;
  }

  get dataDir(): string {
    return this.cluster.dataDir;
  }

  get postmasterPid(): number {
    return this.server.pid;
  }

  /** Starts the server again, on the same port, if it is gone; resolves when it takes connections. */
  async revive(): Promise<void> {
    if (this.stopping) throw new Error(`the embedded PostgreSQL in ${this.dataDir} was stopped`);
    this.reviving ??= this.restore().finally(() => (this.reviving = undefined));
    return this.reviving;
  }

  /** Ends the supervision, then the server, unless another process still uses it. */
  async stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async look(): Promise<void> {
    if (this.looking || this.reviving || this.stopping || Date.now() < this.quietUntil) return;
    this.looking = true;
    try {
      if (!(await this.isHealthy()) && !this.stopping) await this.revive();
    } catch (error) {
      this.quietUntil = Date.now() + pauseAfterFailureMs;
      this.own.log(`PostgreSQL could not be started again, trying on: ${String(error)}`);
    } finally {
      this.looking = false;
    }
  }

  private async isHealthy(): Promise<boolean> {
    return this.server.presence.isOpen && (await isPostgres(this.server.pid));
  }

  private async restore(): Promise<void> {
    if (await this.isHealthy()) return;
    const { pid, port } = this.server;
    // A lost connection alone is a crashed backend: the postmaster mends that itself, and we only announce ourselves again.
    if (!(await isPostgres(pid))) this.own.log(`PostgreSQL (pid ${pid}) is gone, starting it again`);
    this.server = await withStartLock(this.own.lockFile, () =>
      ensureRunning(this.cluster, this.own.settings, port),
    );
    if (this.server.pid !== pid)
      this.own.log(`PostgreSQL is back on ${loopback}:${this.server.port} (pid ${this.server.pid})`);
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.watch);
    await Promise.allSettled([this.reviving]);
    await withStartLock(this.own.lockFile, async () => {
      const isStopped = await leave(this.cluster, this.server);
      this.own.log(
        `PostgreSQL (pid ${this.server.pid}) ${isStopped ? 'stopped' : 'keeps running for another process'}`,
      );
    });
  }
}

/** Stops the server unless another launcher is present; whether it did. Under the start lock only. */
async function leave(cluster: Cluster, { pid, presence }: RunningServer): Promise<boolean> {
  const isLast = !presence.isOpen || (await presence.isLast());
  await presence.leave();
  if (isLast) await stopPostmaster(cluster, pid);
  return isLast;
}
