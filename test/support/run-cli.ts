import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { endChildWithThisProcess } from './servers/end-with-this-process.js';

const cliFile = resolve(__dirname, '../../dist/cli.js');

export interface Ended {
  code: number;
  output: string;
}

/** Runs the built command line with nothing but `env`, in a folder without `.env`; answers its exit code and output. */
export const runCli = (env: NodeJS.ProcessEnv, ...words: string[]): Promise<Ended> =>
  startCli(env, ...words).ended;

/** The same, to be interrupted or killed on its way; the code is 1 then. */
export function startCli(
  env: NodeJS.ProcessEnv,
  ...words: string[]
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cliFile, ...words], { env, cwd: tmpdir() });
  endChildWithThisProcess(child);
  const ended = new Promise<Ended>((ok) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('close', (code) => ok({ code: code ?? 1, output }));
  });
  return { child, ended };
}
