import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebhookSignatures } from '../../src/platform/webhooks/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const webhookSecret = 'a-secret-between-the-shop-and-the-sandbox';

interface Books {
  transactions: {
    kind: string;
    state: string;
    amountMinor: number;
    reason: string | null;
    ref: string;
    actionUrl?: string;
  }[];
}

interface Told {
  id: string;
  body: { reference: string; transaction: { kind: string; state: string } };
}

describe('the sandbox payment provider', () => {
  let database: TestDatabase;
  let sandbox: Sandbox;
  let shop: Server;
  const told: Told[] = [];
  let shopStatus = 204;

  const start = async (): Promise<void> => {
    const { port } = shop.address() as AddressInfo;
    sandbox = await startSandbox({
      databaseUrl: database.url,
      webhookSecret,
      webhookTarget: `http://127.0.0.1:${port}`,
    });
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    const signatures = new WebhookSignatures();
    shop = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const { id } = signatures.verify({ headers: request.headers, body, secrets: [webhookSecret] });
        if (shopStatus < 300) told.push({ id, body: JSON.parse(body.toString()) as Told['body'] });
        response.writeHead(shopStatus).end();
      });
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    await start();
  }, 60_000);

  afterAll(async () => {
    await sandbox.stop();
    shop.close();
    await database.drop();
  });

  async function call(
    method: string,
    path: string,
    body?: object,
    key?: string,
  ): Promise<{ status: number; body: Books & { code?: string } }> {
    const answer = await fetch(`${sandbox.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(1000),
    });
    return { status: answer.status, body: (await answer.json()) as Books };
  }

  const pay = (reference: string, instrument: string, key = randomUUID()): ReturnType<typeof call> =>
    call('POST', '/psp/payments', { reference, amountMinor: 5000, currency: 'GBP', instrument }, key);

  const lookUp = (reference: string): ReturnType<typeof call> =>
    call('GET', `/psp/payments/by-reference/${reference}`);

  const shapes = ({ body }: { body: Books }): string[] =>
    body.transactions.map(({ kind, state, amountMinor }) => `${kind} ${state} ${amountMinor}`);

  async function toldOf(reference: string, count: number): Promise<Told[]> {
    for (let waits = 0; waits < 200; waits += 1) {
      const about = told.filter(({ body }) => body.reference === reference);
      if (about.length >= count) return about;
      await pause(25);
    }
    throw new Error(`fewer than ${count} webhooks of ${reference}`);
  }

  it.each([
    ['tok_approve', ['authorization succeeded 5000', 'capture succeeded 5000']],
    ['tok_authorize', ['authorization succeeded 5000']],
    ['tok_decline', ['authorization failed 5000']],
    ['tok_action', ['authorization requires_action 5000']],
    ['tok_pending', ['authorization pending 5000']],
    ['tok_amount_changed', ['authorization succeeded 4500', 'capture succeeded 4500']],
  ])('pays by %s', async (instrument, expected) => {
    expect(shapes(await pay(randomUUID(), instrument))).toEqual(expected);
  });

  it('acts once under one key, also for fifty at once, and refuses another content under it', async () => {
    const [reference, key] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 50 }, () => pay(reference, 'tok_approve', key)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await lookUp(reference)).body.transactions).toHaveLength(2);
    expect(await pay(randomUUID(), 'tok_approve', key)).toMatchObject({
      status: 409,
      body: { code: 'key-already-used' },
    });
    expect(await pay(reference, 'tok_approve')).toMatchObject({
      status: 409,
      body: { code: 'reference-used' },
    });
  });

  it.each([
    ['tok_fail_before', 500, 0],
    ['tok_fail_after', 500, 2],
    ['tok_429', 429, 0],
    ['tok_key_used', 409, 2],
    ['tok_key_taken', 409, 0],
  ])('%s answers %i with %i entries in the books', async (instrument, status, entries) => {
    const reference = randomUUID();
    expect((await pay(reference, instrument)).status).toBe(status);
    const found = await lookUp(reference);
    expect(found.status === 404 ? 0 : found.body.transactions.length).toBe(entries);
  });

  it.each([
    ['tok_timeout_before', 0],
    ['tok_timeout_after', 2],
    ['tok_reset', 0],
    ['tok_reset_after', 2],
  ])(
    '%s gives no answer, with %i entries in the books, and helps when asked again',
    async (instrument, entries) => {
      const [reference, key] = [randomUUID(), randomUUID()];
      await expect(pay(reference, instrument, key)).rejects.toThrow();
      const found = await lookUp(reference);
      expect(found.status === 404 ? 0 : found.body.transactions.length).toBe(entries);
      expect(shapes(await pay(reference, instrument, key))).toEqual([
        'authorization succeeded 5000',
        'capture succeeded 5000',
      ]);
    },
  );

  it('captures, refunds and voids what there is, and records what it refused', async () => {
    const reference = randomUUID();
    await pay(reference, 'tok_authorize');
    const on = (operation: string, amountMinor?: number): ReturnType<typeof call> =>
      call('POST', `/psp/payments/${reference}/${operation}`, { amountMinor }, randomUUID());
    await on('captures', 2000);
    await on('captures', 4000);
    await on('refunds', 2500);
    await on('refunds', 500);
    expect(shapes(await on('voids'))).toEqual([
      'authorization succeeded 5000',
      'capture succeeded 2000',
      'capture failed 4000',
      'refund failed 2500',
      'refund succeeded 500',
      'void succeeded 3000',
    ]);
  });

  it('refuses a payment whose reference was voided before it came', async () => {
    const reference = randomUUID();
    await call('POST', `/psp/payments/${reference}/voids`, { currency: 'GBP' }, randomUUID());
    expect(shapes(await pay(reference, 'tok_approve'))).toEqual([
      'authorization failed 0',
      'void succeeded 0',
    ]);
  });

  it('settles what was pending, and says so', async () => {
    await call('PUT', '/control', { pendingMs: 100 });
    const reference = randomUUID();
    await pay(reference, 'tok_pending');
    const news = await toldOf(reference, 3);
    expect(news.map(({ body }) => `${body.transaction.kind} ${body.transaction.state}`)).toEqual([
      'authorization pending',
      'authorization succeeded',
      'capture succeeded',
    ]);
  });

  it('sends signed webhooks twice under one id, late, or not at all, as it is told', async () => {
    const [twice, late, lost] = [randomUUID(), randomUUID(), randomUUID()];
    await call('PUT', '/control', { lateMs: 300 });
    await pay(lost, 'tok_authorize+webhook_lost');
    await pay(late, 'tok_authorize+webhook_late');
    await pay(twice, 'tok_authorize+webhook_twice');
    const copies = await toldOf(twice, 2);
    expect(new Set(copies.map(({ id }) => id)).size).toBe(1);
    expect(told.some(({ body }) => body.reference === late)).toBe(false);
    await toldOf(late, 1);
    expect(told.some(({ body }) => body.reference === lost)).toBe(false);
  });

  it('keeps its books, its manners and what it has not told over its end, and goes on where it was', async () => {
    await call('PUT', '/control', { pendingMs: 200 });
    shopStatus = 503;
    const [reference, key] = [randomUUID(), randomUUID()];
    const before = await pay(reference, 'tok_pending', key);
    await sandbox.stop();
    shopStatus = 204;
    await start();
    expect(await call('GET', '/control')).toMatchObject({ body: { pendingMs: 200 } });
    expect((await lookUp(reference)).body.transactions[0]?.ref).toBe(before.body.transactions[0]?.ref);
    await toldOf(reference, 3);
    expect(shapes(await pay(reference, 'tok_pending', key))).toEqual([
      'authorization succeeded 5000',
      'capture succeeded 5000',
    ]);
  });

  it('is whole or not at all when its connections are cut in the middle', async () => {
    const keys = Array.from({ length: 40 }, () => randomUUID());
    const cut = (): Promise<unknown> =>
      database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'sandbox'",
      );
    const first = Promise.allSettled(keys.map((key) => pay(key, 'tok_approve', key)));
    await pause(5);
    await cut();
    await first;
    const again = await Promise.all(keys.map((key) => pay(key, 'tok_approve', key)));
    expect(again.map(({ status }) => status)).toEqual(keys.map(() => 200));
    for (const answer of again)
      expect(shapes(answer)).toEqual(['authorization succeeded 5000', 'capture succeeded 5000']);
  });

  it('refuses what it does not understand', async () => {
    expect(await pay(randomUUID(), '4242424242424242')).toMatchObject({
      status: 400,
      body: { code: 'unknown-instrument' },
    });
    expect(await call('POST', '/psp/payments', {}, randomUUID())).toMatchObject({ status: 400 });
    expect(await call('PUT', '/control', { mood: 'good' })).toMatchObject({ status: 400 });
    expect(await call('GET', '/nowhere')).toMatchObject({ status: 404 });
    expect(await lookUp(randomUUID())).toMatchObject({ status: 404 });
  });
});
