import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../src/platform/database/embedded/port.js';
import {
  commandOf,
  environmentOf,
  reachesTheEngine,
  readDockerfile,
  type Stage,
  textsOf,
} from '../support/dockerfile.js';
import {
  type Account,
  accountFor,
  buildImage,
  copiedFromCheckout,
  plainEnvironment,
} from '../support/image-build.js';

const run = promisify(execFile);
const isLongLane = process.env['TEST_LANE'] === 'long';
const stages = readDockerfile('Dockerfile');
const last = stages.at(-1) as Stage;
const image = environmentOf(last);
const [start = '', ...startArguments] = commandOf(textsOf(last, 'CMD')[0] ?? '[]');
const healthCheck = textsOf(last, 'HEALTHCHECK')[0] ?? '';

describe('the Dockerfile', () => {
  it('pins its base to a full version, the rest builds on it', () => {
    const names = stages.map(({ name }) => name);
    const bases = stages.map(({ from }) => from).filter((from) => !names.includes(from));
    expect(bases).toHaveLength(1);
    expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-[a-z]+-slim$/);
  });

  it('copies what is there and what .dockerignore lets through', () => {
    const sources = copiedFromCheckout(stages);
    expect(sources).toEqual([
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'src',
    ]);
    for (const source of sources) {
      expect(existsSync(source)).toBe(true);
      expect(reachesTheEngine('.dockerignore', source)).toBe(true);
    }
  });

  it('copies a lock file that `npm ci` takes: whole, for every system', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lock-'));
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(file, join(folder, file));
    const words = ['ci', '--dry-run', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    const answer = run('npm', words, { cwd: folder, env: plainEnvironment() });
    await answer.finally(() => rmSync(folder, { recursive: true }));
  }, 60_000);

  it.each([
    '.env',
    '.git',
    '.data',
    'node_modules',
    'dist',
    'test',
    'src/serve.spec.ts',
    'src/carts/cart.entity.spec.ts',
  ])('keeps %s from the engine', (path) => expect(reachesTheEngine('.dockerignore', path)).toBe(false));

  it('runs as an account that is not root, by number, and owns nothing but the volume of the data', () => {
    const account = textsOf(last, 'USER')[0] ?? '';
    expect(account).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last.instructions.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      last.instructions.findLastIndex(({ name }) => name === 'RUN' || name === 'COPY'),
    );
    expect(textsOf(last, 'VOLUME')).toEqual([image['DATA_DIR']]);
    expect(textsOf(last, 'RUN')).toEqual([
      `mkdir ${image['DATA_DIR']} && chown ${account} ${image['DATA_DIR']}`,
    ]);
    expect(textsOf(last, 'COPY').filter((text) => text.includes('--chown'))).toEqual([]);
  });

  it('serves on 8080 and leaves open whether it is a trial or a real shop', () => {
    expect(textsOf(last, 'EXPOSE')).toEqual(['8080']);
    expect(image).toEqual({ DATA_DIR: '/data', PORT: '8080' });
  });
});

describe('what the steps of the Dockerfile make', () => {
  let folder = '';
  let account: Account | undefined;
  let dataDir: string;
  let server: ChildProcess | undefined;

  /** As the engine would: the image's settings, the given ones on top, nothing else. */
  function inImage(words: string[], settings: NodeJS.ProcessEnv): ChildProcess {
    const [program = '', ...rest] = words;
    const env = { ...plainEnvironment(), ...image, DATA_DIR: dataDir, ...settings };
    return spawn(program, rest, { cwd: folder, env, ...account });
  }

  async function end(child: ChildProcess): Promise<{ code: number | null; said: string }> {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said };
  }

  beforeAll(async () => {
    folder = await buildImage(stages, isLongLane);
    account = accountFor(folder);
    dataDir = resolve(folder, '..', 'data');
    mkdirSync(dataDir);
    if (account) chownSync(dataDir, account.uid, account.gid);
  }, 600_000);

  afterAll(async () => {
    if (server && server.exitCode === null && server.signalCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    if (folder) rmSync(resolve(folder, '..', '..'), { recursive: true, force: true });
  }, 60_000);

  it('is the program, its packages and nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual(['dist', 'node_modules', 'package.json']);
    expect(existsSync(join(folder, startArguments.at(-1) ?? ''))).toBe(true);
    expect(readdirSync(join(folder, 'node_modules'))).not.toContain('jest');
  });

  it('refuses a database without a word on the mode, with exit code 78 and the question', async () => {
    const { code, said } = await end(
      inImage([start, ...startArguments], { DATABASE_URL: 'postgres://shop:x@127.0.0.1:1/shop' }),
    );
    expect(code).toBe(78);
    expect(said).toMatch(/NODE_ENV=production .* or NODE_ENV=development/);
  }, 60_000);

  it('serves the embedded trial with demo items, its data on the volume, and ends on SIGTERM', async () => {
    const port = String(await freePort());
    server = inImage([start, ...startArguments], { PORT: port });
    let said = '';
    for (const stream of [server.stdout, server.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const isReady = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      if (server.exitCode !== null) throw new Error(`it ended:\n${said}`);
      await pause(100);
    }
    const { items } = (await (await fetch(`http://127.0.0.1:${port}/v1/items`)).json()) as {
      items: unknown[];
    };
    expect(items.length).toBeGreaterThan(0);
    expect(statSync(join(dataDir, 'postgres', 'PG_VERSION')).uid).toBe(account?.uid ?? process.getuid?.());
    expect(readdirSync(folder).sort()).toEqual(['dist', 'node_modules', 'package.json']);

    const asked = commandOf(healthCheck.slice(healthCheck.indexOf('CMD ') + 'CMD '.length));
    expect((await end(inImage(asked, { PORT: port }))).code).toBe(0);

    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect((await end(inImage(asked, { PORT: port }))).code).toBe(1);
    expect(readFileSync(join(dataDir, 'postgres', 'PG_VERSION'), 'utf8').trim()).toBe('18');
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  }, 120_000);
});
