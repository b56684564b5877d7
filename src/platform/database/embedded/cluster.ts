import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, findBinaries } from './binaries.js';
import { errorCode } from './error-code.js';
import { canEnter, chooseRunAs, handOver, type RunAs, spawnOptions } from './run-as.js';

const run = promisify(execFile);
export const superuser = 'postgres';

/** A data folder made by initdb, and what is needed to run a server on it. */
export interface Cluster {
  dataDir: string;
  password: string;
  binaries: Binaries;
  runAs: RunAs | undefined;
  logFile: string;
  portFile: string;
}

/** Files that stand beside the data folder: it must be empty for initdb, and belongs to another account under root. */
export function beside(dataDir: string, what: string): string {
  return `${resolve(dataDir)}.${what}`;
}

/** Opens the cluster of a data folder; makes it first where there is none. Under the start lock only. */
export async function openCluster(folder: string, log: (message: string) => void): Promise<Cluster> {
  const dataDir = resolve(folder);
  const runAs = await chooseRunAs();
  const binaries = await findBinaries(runAs, beside(dataDir, 'binaries'));
  const contents = await contentsOf(dataDir);
  const isNew = contents.length === 0;
  if (!isNew && !contents.includes('PG_VERSION')) {
    throw new Error(`${dataDir} holds something else than a database cluster; it is left as it is`);
  }
  const password = await readPassword(beside(dataDir, 'password'), isNew);
  if (isNew) {
    log(`making a database cluster in ${dataDir}${runAs ? ` for the account ${runAs.name}` : ''}`);
    await initialise(dataDir, password, binaries, runAs);
  }
  return {
    dataDir,
    password,
    binaries,
    runAs,
    logFile: beside(dataDir, 'log'),
    portFile: join(dataDir, 'embedded.port'),
  };
}

async function contentsOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
}

async function readPassword(file: string, mayMake: boolean): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.trim() !== '') return known.trim();
  if (!mayMake)
    throw new Error(
      `${file} is missing or empty: the database's password was made at its first start and kept there alone`,
    );
  const password = randomBytes(24).toString('hex');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return password;
}

/** initdb works in a folder aside and the result is moved in whole: killed half-way, the next start begins anew. */
async function initialise(
  dataDir: string,
  password: string,
  binaries: Binaries,
  runAs: RunAs | undefined,
): Promise<void> {
  await clearStaging(dataDir);
  // A new name each time: the initdb of a killed process may still be writing under the old one.
  const staging = beside(dataDir, `new-${randomUUID()}`);
  const data = join(staging, 'data');
  const passwordFile = join(staging, 'password');
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await handOver(staging, runAs);
  const target = await pathForServer(data, runAs);
  const places = [`--pgdata=${target}`, `--pwfile=${target}/../${basename(passwordFile)}`];
  await run(binaries.initdb, [...initdbArguments, ...places], { ...spawnOptions(runAs), cwd: data });
  await rename(data, dataDir);
  await rm(staging, { recursive: true });
  await flushFolder(dirname(dataDir));
}

async function clearStaging(dataDir: string): Promise<void> {
  for (const entry of await contentsOf(dirname(dataDir))) {
    if (!entry.startsWith(`${basename(dataDir)}.new-`)) continue;
    await rm(join(dirname(dataDir), entry), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const initdbArguments = [
  `--username=${superuser}`,
  // By password alone, over loopback alone: `trust` would let in every local user.
  '--auth-host=scram-sha-256',
  '--auth-local=reject',
  '--encoding=UTF8',
  // Built in: the same order on every machine and after every upgrade of the system's libraries (else indexes on text break),
  // as fast as C, and unlike C it knows upper and lower case beyond ASCII.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--no-instructions',
];

/**
 * The path by which that account reaches the folder. Below a home of mode 0700 there is none by name; a process that was
 * put into the folder before it gave up root's rights still reaches it as its working folder.
 */
export async function pathForServer(folder: string, runAs: RunAs | undefined): Promise<string> {
  if (await canEnter(folder, runAs)) return folder;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new Error(
    `the account ${runAs?.name} cannot enter ${folder}: set DATA_DIR to a folder it can, or do not start as root`,
  );
}

/** After a power cut the folder's new name must be there: what was committed is below it. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
