import { execFile } from 'node:child_process';
import { lchown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The account PostgreSQL runs under; undefined means our own. */
export interface RunAs {
  name: string;
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root, so root hands it to the first of these accounts that the machine has. */
const accounts = ['postgres', '_postgres', 'nobody'];

export async function chooseRunAs(): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of accounts) {
    const uid = await idOf('-u', name);
    const gid = await idOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { name, uid, gid };
  }
  throw new Error(
    `PostgreSQL does not run as root, and none of the accounts ${accounts.join(', ')} exists: start as another user`,
  );
}

async function idOf(kind: '-u' | '-g', name: string): Promise<number | undefined> {
  const answer = await run('id', [kind, name]).catch(() => undefined);
  // macOS prints nobody's -2 as 4294967294, which spawn refuses.
  return answer && Number(answer.stdout) | 0;
}

/** What makes a spawned program run under that account; nothing of our environment, it holds secrets. */
export function spawnOptions(runAs: RunAs | undefined) {
  const identity = runAs ? { uid: runAs.uid, gid: runAs.gid } : {};
  // A fixed LC_ALL also keeps macOS from starting threads inside the postmaster, which it refuses. Windows needs its own variables.
  return process.platform === 'win32' ? {} : { ...identity, env: { LC_ALL: 'C', TZ: 'UTC' } };
}

/** Whether that account gets into the folder; tried for real, since modes do not tell of ACLs and mounts. */
export async function canEnter(folder: string, runAs: RunAs | undefined): Promise<boolean> {
  if (!runAs) return true;
  const attempt = run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...spawnOptions(runAs), cwd: '/' });
  return attempt.then(
    () => true,
    () => false,
  );
}

/** Gives a folder and all in it to that account. The top comes last: it tells whether the rest is done. */
export async function handOver(folder: string, runAs: RunAs | undefined): Promise<void> {
  if (!runAs || (await stat(folder)).uid === runAs.uid) return;
  for (const entry of await readdir(folder, { recursive: true })) {
    await lchown(join(folder, entry), runAs.uid, runAs.gid);
  }
  await lchown(folder, runAs.uid, runAs.gid);
}
