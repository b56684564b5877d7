import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/platform/database/embedded/port.js';
import { backingServices, type BackingServices } from './backing-services.js';
import { endChildWithThisProcess } from './servers/end-with-this-process.js';
import { databaseOf } from './shop-database.js';
import { validateToldEvents } from './told-events.js';
import { runCli } from './run-cli.js';

const mainFile = resolve(__dirname, '../../dist/main.js');
const longestStartMs = 60_000;

export interface ShopProcessOptions {
  env?: NodeJS.ProcessEnv;
  /** Starts the shop again whenever it ends by itself or by a signal. */
  isSupervised?: boolean;
  /** A free one where absent. */
  port?: number;
}

/** The built server as its own process, with an embedded database of its own, to be killed and started again. */
export class ShopProcess {
  readonly logLines: string[] = [];
  starts = 0;
  private child?: ChildProcess;
  private isEnding = false;
  private extraEnv: NodeJS.ProcessEnv = {};
  private readonly services: BackingServices;

  private constructor(
    readonly port: number,
    readonly dataDir: string,
    private readonly options: ShopProcessOptions,
  ) {
    this.services = backingServices(basename(dataDir).toLowerCase());
  }

  static async start(options: ShopProcessOptions = {}): Promise<ShopProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), 'shop-'));
    const shop = new ShopProcess(options.port ?? (await freePort()), dataDir, options);
    shop.spawn();
    await shop.ready();
    return shop;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What a command line beside the server needs to find the same database. */
  get env(): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    return {
      PATH,
      HOME,
      PORT: String(this.port),
      DATA_DIR: this.dataDir,
      NODE_ENV: 'test',
      LOG_LEVEL: 'info',
      ...this.services.environment,
      ...this.options.env,
    };
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** SIGKILL, as a crash of the machine's process would be. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((ok) => child.once('exit', ok));
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends it and starts it again with `env` on top; a supervised start after that is without it. */
  async restart(env: NodeJS.ProcessEnv = {}): Promise<void> {
    this.isEnding = true;
    await this.kill();
    this.isEnding = false;
    this.extraEnv = env;
    this.spawn();
    await this.ready();
  }

  async ready(): Promise<void> {
    const giveUpAt = Date.now() + longestStartMs;
    for (;;) {
      const isReady = await fetch(`${this.url}/health/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (isReady) return;
      if (Date.now() > giveUpAt)
        throw new Error(`the shop is not ready:\n${this.logLines.slice(-20).join('\n')}`);
      await pause(50);
    }
  }

  /** Runs the built command line beside the server, on the same database; answers its exit code and output. */
  cli(...words: string[]): Promise<{ code: number; output: string }> {
    return runCli(this.env, ...words);
  }

  /** Ends it as an operator would, by SIGTERM, and removes its data; fails where an event in it breaks the contract. */
  async stop(): Promise<void> {
    this.isEnding = true;
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((ok) => child.once('exit', ok));
      child.kill('SIGTERM');
      await Promise.race([ended, pause(30_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
    }
    try {
      await this.validateToldEvents();
    } finally {
      stopOrphan(this.dataDir);
      rmSync(this.dataDir, { recursive: true, force: true });
      await this.services.remove();
    }
  }

  private async validateToldEvents(): Promise<void> {
    if (!existsSync(join(this.dataDir, 'postgres'))) return;
    const database = await databaseOf(this);
    try {
      await validateToldEvents(database);
    } finally {
      await database.end();
    }
  }

  private spawn(): void {
    this.starts += 1;
    const env = { ...this.env, ...this.extraEnv };
    this.extraEnv = {};
    const child = spawn(process.execPath, [mainFile], {
      env,
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endChildWithThisProcess(child, this.dataDir);
    for (const stream of [child.stdout, child.stderr]) {
      stream
        .setEncoding('utf8')
        .on('data', (text: string) => this.logLines.push(...text.split('\n').filter(Boolean)));
    }
    child.once('exit', () => {
      if (this.options.isSupervised && !this.isEnding) this.spawn();
    });
    this.child = child;
  }
}

/** The postmaster's process id, from the file that PostgreSQL itself writes. */
export function postmasterPid(dataDir: string): number | undefined {
  for (const folder of ['postgres', 'pgdata', '.']) {
    try {
      return Number(readFileSync(join(dataDir, folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      continue;
    }
  }
  return undefined;
}

function stopOrphan(dataDir: string): void {
  const pid = postmasterPid(dataDir);
  if (!pid) return;
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It ended between the look and the signal, which is what was wanted.
  }
}
