import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(process.cwd(), 'dist', 'main.js');
const { PATH, HOME } = process.env;

/** Runs the built server with nothing but `environment`, in a folder without `.env`. */
function refusal(environment: NodeJS.ProcessEnv): Promise<{ code: number; text: string }> {
  return new Promise((answer) => {
    const env = { PATH, HOME, ...environment };
    execFile(process.execPath, [main], { env, cwd: tmpdir(), timeout: 30_000 }, (error, _stdout, text) => {
      answer({ code: typeof error?.code === 'number' ? error.code : 0, text });
    });
  });
}

describe('settings that cannot work end the start with exit code 78 and a sentence', () => {
  it.each([
    [
      'a database and no word on the mode',
      { DATABASE_URL: 'postgres://shop:x@127.0.0.1:1/shop' },
      /NODE_ENV is not set although DATABASE_URL is/,
    ],
    [
      'development sign-in in production',
      { NODE_ENV: 'production', AUTH_MODE: 'dev', TOKEN_SECRET: randomUUID() },
      /AUTH_MODE is "dev"/,
    ],
    ['a port that is none', { PORT: 'eighty' }, /PORT is "eighty", wanted/],
  ])(
    '%s',
    async (_what, environment, sentence) => {
      const { code, text } = await refusal(environment);
      expect(code).toBe(78);
      expect(text).toMatch(sentence);
      expect(text).not.toContain('    at ');
    },
    60_000,
  );
});

describe('a server without any settings', () => {
  let dataDir: string;
  let child: ChildProcess;
  let output = '';

  async function start(): Promise<void> {
    output = '';
    child = spawn(process.execPath, [main], {
      env: { PATH, HOME, PORT: '0', DATA_DIR: dataDir },
      cwd: tmpdir(),
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!output.includes('metrics  http')) {
      if (child.exitCode !== null) throw new Error(`the server ended:\n${output}`);
      await new Promise((ok) => setTimeout(ok, 20));
    }
  }

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  }

  const addressOf = (name: string): string => new RegExp(`${name} +(http\\S+)`).exec(output)?.[1] ?? '';

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'shop-start-'));
    await start();
  }, 60_000);
  afterAll(async () => {
    if (child.exitCode === null) await stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('says where docs and metrics are, and in capitals that nothing here is real', async () => {
    expect((await fetch(addressOf('docs'))).status).toBe(200);
    expect(await (await fetch(addressOf('metrics'))).text()).toContain('http_request_duration_seconds');
    expect(output).toContain('SANDBOX MONEY');
  });

  it('prints a purchase that works as it is, and buys once when it is sent twice', async () => {
    const command = output.slice(output.indexOf('curl -i')).trim();
    const buy = (): Promise<string> =>
      new Promise((ok, fail) =>
        execFile('sh', ['-c', command], (error, stdout) =>
          error ? fail(new Error(error.message)) : ok(stdout),
        ),
      );
    const [first, second] = [await buy(), await buy()];
    expect(first).toMatch(/^HTTP\/1.1 201 /);
    expect(first).toContain('"paymentStatus":"paid"');
    expect(second).toContain('Idempotent-Replayed: true');
    expect(second.split('\r\n\r\n')[1]).toBe(first.split('\r\n\r\n')[1]);
  });

  it('lets go of the port and of its database on SIGTERM, and has its data when it is back', async () => {
    const place = /POST (http\S+)\/v1\/orders/.exec(output)?.[1] ?? '';
    await stop();
    await expect(fetch(place)).rejects.toThrow();
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
    await start();
    const figures = await (await fetch(addressOf('docs').replace('/docs', '/v1/items/MUG-BLUE'))).json();
    expect(figures).toMatchObject({ sku: 'MUG-BLUE' });
  }, 60_000);
});
