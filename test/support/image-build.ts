import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { reachesTheEngine, type Stage, textsOf } from './dockerfile.js';

const run = promisify(execFile);
const checkout = process.cwd();

/** What stands in for the two commands that take a minute or the network; the long lane runs the real ones. */
const standIns: Record<string, (folder: string) => Promise<void>> = {
  'npm ci': async (folder) => symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules')),
  'npm prune': async (folder) => {
    rmSync(join(folder, 'node_modules'));
    await copyProductionPackages(folder);
  },
};

/** The folder `/app` of the last stage, made by the steps of the Dockerfile without a container. */
export async function buildImage(stages: Stage[], isLongLane: boolean): Promise<string> {
  const top = mkdtempSync(join(tmpdir(), 'image-'));
  // As in an image: readable by all, whatever the umask here is.
  chmodSync(top, 0o755);
  const folders = new Map<string, string>();
  for (const [index, stage] of stages.entries()) {
    const name = stage.name ?? String(index);
    const folder = join(top, name, 'app');
    mkdirSync(folder, { recursive: true });
    folders.set(name, folder);
    for (const { name: kind, text } of stage.instructions) {
      if (kind === 'COPY') copy(text, folder, folders);
      else if (kind === 'RUN' && stage.name === 'build') await runStep(text, folder, isLongLane);
    }
  }
  await run('chmod', ['-R', 'a+rX', join(top, String(stages.length - 1))]);
  return join(top, String(stages.length - 1), 'app');
}

/** The paths of the checkout that the stages copy. */
export function copiedFromCheckout(stages: Stage[]): string[] {
  return stages
    .flatMap((stage) => textsOf(stage, 'COPY'))
    .filter((text) => !text.startsWith('--from='))
    .flatMap((text) => text.split(/ +/).slice(0, -1));
}

function copy(text: string, folder: string, folders: Map<string, string>): void {
  const words = text.split(/ +/);
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const target = words.pop() ?? '';
  for (const word of words) {
    const source =
      from === undefined ? join(checkout, word) : join(folders.get(from) ?? '', word.replace(/^\/app\//, ''));
    const to = join(folder, target.endsWith('/') ? basename(word) : target);
    cpSync(source, to, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => from !== undefined || isSent(path),
    });
  }
}

function isSent(path: string): boolean {
  return reachesTheEngine('.dockerignore', path.slice(checkout.length + 1));
}

async function runStep(command: string, folder: string, isLongLane: boolean): Promise<void> {
  const [, standIn] = Object.entries(standIns).find(([words]) => command.startsWith(words)) ?? [];
  if (standIn && !isLongLane) await standIn(folder);
  else await run('sh', ['-c', command], { cwd: folder, env: plainEnvironment() });
}

/** Neither a setting of this machine nor of the test run reaches the image. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH = '', HOME } = process.env;
  return { PATH: `${dirname(process.execPath)}:${PATH}`, HOME };
}

/** What `npm prune --omit=dev` leaves, by the lock file, out of the checkout's packages. */
async function copyProductionPackages(folder: string): Promise<void> {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: true }>;
  };
  const kept = Object.entries(lock.packages)
    .filter(([path, { dev }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !dev)
    .map(([path]) => path)
    .filter((path) => spawnSync('test', ['-d', path]).status === 0);
  await run('sh', ['-c', 'tar -cf - "$@" | tar -xf - -C "$0"', folder, ...kept]);
}

export interface Account {
  uid: number;
  gid: number;
}

/** Under root the account `nobody`, where it reaches `folder` and node; else ours, which is not root's or has no other. */
export function accountFor(folder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((kind) =>
    Number(spawnSync('id', [kind, 'nobody'], { encoding: 'utf8' }).stdout),
  );
  if (!uid || !gid) return undefined;
  return spawnSync(process.execPath, ['--version'], { cwd: folder, uid, gid }).status === 0
    ? { uid, gid }
    : undefined;
}
