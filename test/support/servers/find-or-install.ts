import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
let installations = Promise.resolve();

/** The first group that the pattern finds in what the program says of itself; undefined where there is no such program. */
export async function askVersion(
  program: string,
  words: string[],
  pattern: RegExp,
): Promise<string | undefined> {
  const answer = await run(program, words).catch(() => undefined);
  return answer && pattern.exec(answer.stdout + answer.stderr)?.[1];
}

/** What `look` finds; where it finds nothing and we may, after an installation by apt. Else fails with the advice. */
export async function findOrInstall(
  look: () => Promise<string | undefined>,
  packages: string[],
  advice: string,
): Promise<{ version: string; how: string }> {
  const version = await look();
  if (version) return { version, how: 'found' };
  if (!(await canInstall())) throw new Error(advice);
  // One after the other: apt takes a lock on its lists and does not wait for it.
  const installation = installations.then(() => install(packages));
  installations = installation.catch(() => undefined);
  await installation.catch((cause: unknown) => {
    throw new Error(`${advice} (apt-get failed: ${String(cause)})`, { cause });
  });
  const installed = await look();
  if (!installed) throw new Error(advice);
  return { version: installed, how: 'installed by apt-get' };
}

async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await askVersion('apt-get', ['--version'], /^(apt)/)) !== undefined;
}

async function install(packages: string[]): Promise<void> {
  // In run level 1 Debian's packages install a service without starting it.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update', '-q'], { env });
  const words = ['install', '-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...words, ...packages], { env, maxBuffer: 10_000_000 });
}
