import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { errorCode } from './error-code.js';
import { type RunAs, spawnOptions } from './run-as.js';

const run = promisify(execFile);
const manifestSchema = z.object({ name: z.string(), version: z.string() });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
// Only root may write there, so nobody can have put a program of their own in our place.
const rootCache = '/var/cache/embedded-postgres';

/** The programs of PostgreSQL, where the account that runs them can reach them. */
export class Binaries {
  constructor(private readonly folder: string) {}

  get initdb(): string {
    return this.program('initdb');
  }

  get postgres(): string {
    return this.program('postgres');
  }

  get pgCtl(): string {
    return this.program('pg_ctl');
  }

  private program(name: string): string {
    return join(this.folder, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  }
}

/** The installed package's programs, or a copy of them: below `cacheFolder`, for root in a folder of the system. */
export async function findBinaries(runAs: RunAs | undefined, cacheFolder: string): Promise<Binaries> {
  const installed = installedPackage();
  const linked = await makeLinks(installed).then(
    () => true,
    () => false,
  );
  const original = new Binaries(installed);
  if (linked && (await canRun(original, runAs))) return original;
  return copyOut(installed, runAs ? rootCache : cacheFolder, runAs);
}

function installedPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new Error(
      `${name} is not installed: install optional dependencies, or set DATABASE_URL to a PostgreSQL of your own`,
      { cause },
    );
  }
}

/** npm packages hold no links; the package's postinstall makes them, and `--ignore-scripts` skips it. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link).catch(unlessThere);
  }
}

function unlessThere(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error;
}

/** Tried for real: a 0700 home above, a noexec mount or a missing library all show here. */
function canRun(binaries: Binaries, runAs: RunAs | undefined): Promise<boolean> {
  return run(binaries.postgres, ['--version'], { ...spawnOptions(runAs), cwd: '/' }).then(
    () => true,
    () => false,
  );
}

async function copyOut(installed: string, cacheFolder: string, runAs: RunAs | undefined): Promise<Binaries> {
  const { version } = manifestSchema.parse(
    JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')),
  );
  const target = join(cacheFolder, `${basename(installed)}-${version}`);
  const copy = new Binaries(target);
  if (await canRun(copy, runAs)) return copy;
  const partial = `${target}.${process.pid}`;
  await mkdir(cacheFolder, { recursive: true });
  await chmod(cacheFolder, 0o755);
  await cp(join(installed, 'native'), join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
  await makeLinks(partial);
  await openToAll(partial);
  await rm(target, { recursive: true, force: true });
  await rename(partial, target);
  await run(copy.postgres, ['--version'], { ...spawnOptions(runAs), cwd: '/' });
  return copy;
}

/** Root's umask may have made the copy as private as the original. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
