import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { transformFileSync } from '@swc/core';
import { Client } from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/database/embedded/embedded-postgres.js';
import { isPostgres } from '../../src/platform/database/embedded/processes.js';

jest.setTimeout(60_000);
const source = resolve(__dirname, '../../src/platform/database/embedded');
const compiled = mkdtempSync(join(tmpdir(), 'embedded-launcher-'));
const launched = new Set<EmbeddedPostgres>();
const children = new Set<ChildProcess>();
const folders = [compiled];
let dataDir: string;

beforeAll(() => {
  for (const file of readdirSync(source)) {
    const { code } = transformFileSync(join(source, file), {
      module: { type: 'commonjs' },
      jsc: { target: 'es2022' },
    });
    writeFileSync(join(compiled, file.replace(/\.ts$/, '.js')), code);
  }
});

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  dataDir = join(folder, 'postgres');
});

afterEach(async () => {
  await Promise.all([...children].map((child) => kill(child)));
  children.clear();
  // The server learns of a killed launcher a moment later, and would be left running for it.
  await pause(100);
  await Promise.all([...launched].map((server) => server.stop()));
  launched.clear();
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function start(folder = dataDir, log?: (line: string) => void): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: folder, log });
  launched.add(server);
  return server;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

interface Started {
  child: ChildProcess;
  url: string;
  pid: number;
}

/** The launcher in a process and process group of its own, as a terminal would start it. */
async function startElsewhere(): Promise<Started> {
  const program = `require('${compiled}/embedded-postgres.js').startEmbeddedPostgres({ dataDir: '${dataDir}' }).then((server) => {
    console.log(server.postmasterPid + ' ' + server.url);
    process.stdin.once('data', () => server.stop().then(() => process.exit(0)));
  })`;
  const env = { ...process.env, NODE_PATH: resolve(__dirname, '../../node_modules') };
  const child = spawn(process.execPath, ['-e', program], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  const [pid = '', url = ''] = String(line).split(' ');
  return { child, url, pid: Number(pid) };
}

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const keep = (url: string) => rows(url, 'create table kept (n int); insert into kept values (7)');
const kept = (url: string) => rows(url, 'select n from kept');

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await condition()); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`not so after 20 s: ${condition.toString()}`);
  }
}

/** How many servers were told to use that port, by their command lines. */
function postmasters(url: string): number {
  const lines = execFileSync('ps', ['-eo', 'args']).toString().split('\n');
  return lines.filter((line) => line.includes(`port=${new URL(url).port}`)).length;
}

describe('the embedded PostgreSQL', () => {
  it('is made at its first start: UTF-8 in code point order, safe against power cuts, closed to all without the password', async () => {
    const { url, reused } = await start();
    expect(reused).toBe(false);
    const [made] = await rows(
      url,
      `select pg_encoding_to_char(encoding) as encoding, datlocale, upper('straße é') as upper, current_setting('fsync') as fsync,
        current_setting('listen_addresses') as address, current_setting('unix_socket_directories') as sockets
      from pg_database where datname = 'shop'`,
    );
    expect(made).toEqual({
      encoding: 'UTF8',
      datlocale: 'C.UTF-8',
      upper: 'STRAßE É',
      fsync: 'on',
      address: '127.0.0.1',
      sockets: '',
    });
    await expect(rows(url.replace(/:[0-9a-f]+@/, ':guess@'), 'select 1')).rejects.toThrow(
      /password authentication failed/,
    );
    expect(statSync(`${dataDir}.password`).mode & 0o777).toBe(0o600);
  });

  it('leaves no process after stop, and keeps data and port over to the next start', async () => {
    const first = await start();
    await keep(first.url);
    await first.stop();
    expect(postmasters(first.url)).toBe(0);
    const second = await start();
    expect(await kept(second.url)).toEqual([{ n: 7 }]);
    expect(second.url).toBe(first.url);
    expect(second.reused).toBe(false);
  });

  it('runs in a folder below one that only its owner may enter', async () => {
    chmodSync(join(dataDir, '..'), 0o700);
    const first = await start();
    await keep(first.url);
    process.kill(first.postmasterPid, 'SIGKILL');
    await first.revive();
    await first.stop();
    expect(await kept((await start()).url)).toEqual([{ n: 7 }]);
  });

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'outlives its launcher when %s ends that process group, and is found by the next',
    async (signal) => {
      const orphaned = await startElsewhere();
      await keep(orphaned.url);
      process.kill(-(orphaned.child.pid ?? 0), signal);
      await once(orphaned.child, 'exit');
      const next = await start();
      expect(next).toMatchObject({ reused: true, url: orphaned.url, postmasterPid: orphaned.pid });
      expect(await kept(next.url)).toEqual([{ n: 7 }]);
      await next.stop();
      expect(postmasters(next.url)).toBe(0);
    },
  );

  it('comes back by itself on the same port with its data when the postmaster is killed', async () => {
    const lines: string[] = [];
    const server = await start(dataDir, (line) => lines.push(line));
    const { url, postmasterPid: killed } = server;
    await keep(url);
    process.kill(killed, 'SIGKILL');
    await until(() => server.postmasterPid !== killed);
    expect(server.url).toBe(url);
    expect(await kept(url)).toEqual([{ n: 7 }]);
    expect(lines.join('\n')).toMatch(/is gone, starting it again\n.*is back on/);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('comes back although a backend of the killed postmaster is busy without end', async () => {
    const server = await start();
    const busy = rows(server.url, 'do $$ begin loop end loop; end $$');
    const ended = expect(busy).rejects.toThrow();
    await until(
      async () =>
        (
          await rows(
            server.url,
            `select 1 from pg_stat_activity where query like 'do %' and state = 'active'`,
          )
        ).length > 0,
    );
    const killed = server.postmasterPid;
    process.kill(killed, 'SIGKILL');
    await until(() => server.postmasterPid !== killed);
    await ended;
    expect(await rows(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is one server for many callers and processes that start it at once, and ends with the last of them', async () => {
    const [here, too, ...there] = await Promise.all([start(), start(), startElsewhere(), startElsewhere()]);
    expect(new Set([here.postmasterPid, too.postmasterPid, ...there.map(({ pid }) => pid)]).size).toBe(1);
    expect([here, too].filter(({ reused }) => !reused).length + there.length).toBeGreaterThanOrEqual(2);
    expect(postmasters(here.url)).toBe(1);
    await Promise.all([here.stop(), too.stop()]);
    expect(await isPostgres(here.postmasterPid)).toBe(true);
    for (const { child } of there) child.stdin?.write('stop\n');
    await until(() => there.every(({ child }) => child.exitCode !== null));
    expect(postmasters(here.url)).toBe(0);
  });

  it('is brought back once when two processes watch over it', async () => {
    const here = await start();
    const there = await startElsewhere();
    await keep(here.url);
    process.kill(there.pid, 'SIGKILL');
    await until(() => here.postmasterPid !== there.pid);
    await pause(1000);
    expect(postmasters(here.url)).toBe(1);
    expect(await kept(there.url)).toEqual([{ n: 7 }]);
  });

  it('starts beside a process that was given the number of a postmaster long gone', async () => {
    const first = await start();
    await first.stop();
    const stranger = spawn('sleep', ['60']);
    children.add(stranger);
    writeFileSync(
      join(dataDir, 'postmaster.pid'),
      `${stranger.pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n\nready\n`,
    );
    expect((await start()).reused).toBe(false);
  });

  it('gives a copied folder a server of its own', async () => {
    const original = await start();
    const copy = join(dataDir, '../copy');
    await rows(original.url, 'checkpoint');
    for (const what of ['', '.password']) cpSync(dataDir + what, copy + what, { recursive: true });
    const second = await start(copy);
    expect(second.reused).toBe(false);
    expect(second.postmasterPid).not.toBe(original.postmasterPid);
    expect(await isPostgres(original.postmasterPid)).toBe(true);
  });

  it('leaves a folder alone that holds something else', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'notes.txt'), 'mine');
    await expect(start()).rejects.toThrow(/holds something else/);
    expect(readFileSync(join(dataDir, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('is not brought back after stop', async () => {
    const server = await start();
    await Promise.all([server.stop(), server.stop()]);
    await expect(server.revive()).rejects.toThrow(/was stopped/);
    await pause(500);
    expect(await isPostgres(server.postmasterPid)).toBe(false);
  });
});
