import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(process.cwd(), 'dist', 'main.js');
const { PATH, HOME } = process.env;

const secret = `${randomUUID()}${randomUUID()}`;

/** What a production server may be started with; its database is nowhere, and is not looked for either. */
const sound: NodeJS.ProcessEnv = {
  NODE_ENV: 'production',
  AUTH_MODE: 'guests',
  TOKEN_SECRET: secret,
  DATABASE_URL: 'postgres://shop:Zx81-9qLm@127.0.0.1:1/shop',
};

describe('a production server that must not run', () => {
  let occupied: Server;
  let port: string;

  // A server that listened, even for a moment, would end over the taken port and not over its settings.
  beforeAll(async () => {
    occupied = createServer().listen(0);
    await once(occupied, 'listening');
    const address = occupied.address();
    port = String(typeof address === 'object' ? address?.port : '');
  });
  afterAll(() => new Promise((closed) => occupied.close(closed)));

  /** The exit code and the lines it ended with, of the built server in a folder without `.env`. */
  function start(environment: NodeJS.ProcessEnv): Promise<{ code: number; lines: string[] }> {
    const env = { PATH, HOME, PORT: port, ...environment };
    return new Promise((answer) => {
      execFile(process.execPath, [main], { env, cwd: tmpdir(), timeout: 30_000 }, (error, stdout, stderr) => {
        const lines = `${stdout}${stderr}`.split('\n').filter(Boolean);
        answer({ code: typeof error?.code === 'number' ? error.code : 0, lines });
      });
    });
  }

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['sign-in that nobody chose', { AUTH_MODE: '' }, /^AUTH_MODE is not set, wanted in production: guests /],
    ['no secret for its tokens', { TOKEN_SECRET: '' }, /^TOKEN_SECRET is not set, wanted in production: /],
    ['a secret from an example', { TOKEN_SECRET: `changeme-${secret}` }, /^TOKEN_SECRET is a placeholder, /],
    [
      'an older secret from an example',
      { TOKEN_SECRET_PREVIOUS: 'x'.repeat(40) },
      /^TOKEN_SECRET_PREVIOUS is a placeholder, /,
    ],
    [
      'a password from an example',
      { DATABASE_URL: 'postgres://shop:changeme@127.0.0.1:1/shop' },
      /^DATABASE_URL has a placeholder /,
    ],
    [
      'sandbox money',
      { SANDBOX_URL: 'http://127.0.0.1:1', SANDBOX_WEBHOOK_SECRET: secret },
      /^SANDBOX_URL is "http:\/\/127.0.0.1:1", wanted in production: unset/,
    ],
    [
      'a sandbox whose secret it is not told',
      { SANDBOX_URL: 'http://127.0.0.1:1', ALLOW_SANDBOX: 'true' },
      /^SANDBOX_WEBHOOK_SECRET is not set although SANDBOX_URL is/,
    ],
    [
      'a place to break at',
      { FAIL_POINT: 'after-reserve:exit' },
      /^FAIL_POINT is "after-reserve:exit", wanted in production: unset/,
    ],
  ])(
    'for %s ends with 78 and one sentence, before it listens',
    async (_what, fault, sentence) => {
      const { code, lines } = await start({ ...sound, ...fault });
      expect([code, lines]).toEqual([78, [expect.stringMatching(sentence)]]);
      expect(lines.join()).not.toContain(secret);
    },
    60_000,
  );

  it('tells all its faults at once, one sentence each, those of production beside those of every mode', async () => {
    const { code, lines } = await start({
      NODE_ENV: 'production',
      SHOP_CURRENCY: 'pounds',
      TOKEN_SECRET: 'short',
      DATABASE_POOL_SIZE: 'many',
      DATABASE_URL: 'postgres://shop:changeme@127.0.0.1:1/shop',
      SANDBOX_URL: 'http://127.0.0.1:1',
      FAIL_POINT: 'after-reserve:exit',
    });
    expect(code).toBe(78);
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual([
      'AUTH_MODE',
      'DATABASE_POOL_SIZE',
      'DATABASE_URL',
      'FAIL_POINT',
      'SANDBOX_URL',
      'SANDBOX_WEBHOOK_SECRET',
      'SHOP_CURRENCY',
      'TOKEN_SECRET',
    ]);
    expect(lines.join()).not.toMatch(/short|changeme/);
  }, 60_000);

  it('gets past its settings when they are sound', async () => {
    const { code, lines } = await start(sound);
    expect(code).toBe(1);
    expect(lines.join()).toContain('EADDRINUSE');
  }, 60_000);
});
