import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithThisProcess } from './end-with-this-process.js';
import { type ServerProcess, untilReady } from './server-process.js';

const longestStopMs = 30_000;

export interface NativeProgram {
  how: string;
  program: string;
  words: string[];
  /** Its working folder, for its data and its log; `remove` removes it. */
  folder: string;
  isReady: () => Promise<boolean>;
}

/** A server as a process of this machine. */
export class NativeProcess implements ServerProcess {
  private child?: ChildProcess;
  private readonly pidFile: string;
  private readonly logFile: string;
  private readonly release: () => void;

  constructor(private readonly native: NativeProgram) {
    this.pidFile = join(native.folder, 'pid');
    this.logFile = join(native.folder, 'log');
    const script = 'kill -s KILL "$(cat "$1")"; sleep 1; rm -rf "$2"';
    this.release = endWithThisProcess(script, this.pidFile, native.folder);
  }

  get how(): string {
    return this.native.how;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.child?.pid : undefined;
  }

  async start(): Promise<void> {
    if (this.isRunning) return;
    // A file, not a pipe: a server must not wait for a test that does not read.
    const log = openSync(this.logFile, 'a');
    const { program, words, folder, isReady } = this.native;
    const child = spawn(program, words, { cwd: folder, stdio: ['ignore', log, log] });
    closeSync(log);
    this.child = child;
    child.once('exit', () => rmSync(this.pidFile, { force: true }));
    await once(child, 'spawn');
    writeFileSync(this.pidFile, `${child.pid}\n`);
    await untilReady(
      isReady,
      () => !this.isRunning,
      () => readFileSync(this.logFile, 'utf8'),
    );
  }

  async stop(): Promise<void> {
    await this.thaw();
    await this.end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async freeze(): Promise<void> {
    this.child?.kill('SIGSTOP');
  }

  async thaw(): Promise<void> {
    this.child?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
    this.release();
    rmSync(this.native.folder, { recursive: true, force: true });
  }

  private get isRunning(): boolean {
    const { child } = this;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const isLate = new AbortController();
    const late = pause(longestStopMs, undefined, { signal: isLate.signal }).then(
      () => child.kill('SIGKILL'),
      () => false,
    );
    await ended;
    isLate.abort();
    await late;
  }
}
