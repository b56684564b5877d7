import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { endChildWithThisProcess } from './servers/end-with-this-process.js';

const run = promisify(execFile);
const root = resolve(__dirname, '../..');

/** A consumer of `examples/` as its user starts it, to be killed and started again. */
export class ExampleProcess {
  private child?: ChildProcess;
  private output = '';

  private constructor(
    private readonly words: [string, ...string[]],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static node(file: string, env: NodeJS.ProcessEnv): ExampleProcess {
    return new ExampleProcess([process.execPath, resolve(root, file)], env);
  }

  static async python(folder: string, env: NodeJS.ProcessEnv): Promise<ExampleProcess> {
    return new ExampleProcess([await pythonOf(folder), resolve(root, folder, 'consumer.py')], env);
  }

  start(): void {
    const [program, ...words] = this.words;
    const child = spawn(program, words, { cwd: root, env: { PATH: process.env['PATH'], ...this.env } });
    endChildWithThisProcess(child);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child = child;
  }

  /** Whether it said that it listens, since its first start. */
  get isListening(): boolean {
    return this.output.includes(' follows ');
  }

  get isRunning(): boolean {
    const { child } = this;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** As its user ends it; answers what it wrote. */
  async stop(): Promise<string> {
    await this.end('SIGTERM');
    return this.output;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    const ended = new Promise((ok) => child.once('exit', ok));
    child.kill(signal);
    await ended;
  }
}

/** A Python with what the `requirements.txt` of the folder names, installed once in a folder of its own. */
export async function pythonOf(folder: string): Promise<string> {
  const environment = resolve(root, 'node_modules/.cache', folder.replaceAll('/', '-'));
  const python = resolve(environment, 'bin/python');
  if (!existsSync(python)) {
    mkdirSync(resolve(environment, '..'), { recursive: true });
    await run('python3', ['-m', 'venv', environment]);
  }
  const requirements = resolve(root, folder, 'requirements.txt');
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  return python;
}
