import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

const cliFile = resolve(__dirname, '../../dist/cli.js');

/** Runs the built command line with nothing but `env`, in a folder without `.env`; answers its exit code and output. */
export function runCli(
  env: NodeJS.ProcessEnv,
  ...words: string[]
): Promise<{ code: number; output: string }> {
  return new Promise((ok) => {
    const child = spawn(process.execPath, [cliFile, ...words], { env, cwd: tmpdir() });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('close', (code) => ok({ code: code ?? 1, output }));
  });
}
