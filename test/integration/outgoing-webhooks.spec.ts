import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually, moved, newProbe } from '../support/event-house.js';
import { countStatements } from '../support/statements.js';
import { sumOf } from '../support/traffic/checker.js';
import { tell, trialHooks, WebhookDesk } from '../support/webhook-desk.js';
import { answer, type Received, WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

let shop: TestApp;
let desk: WebhookDesk;
let receiver: WebhookReceiver;
beforeAll(async () => {
  shop = await startTestApp(trialHooks);
  desk = await WebhookDesk.open(shop.url);
});
afterAll(() => shop.close());
beforeEach(async () => {
  receiver = await WebhookReceiver.open();
});
afterEach(async () => {
  await receiver.close();
  await shop.database.query(`update webhooks.endpoint set deleted_at = now()`);
});

/** By the library of the standard, which throws where the signature does not fit. */
const verify = ({ body, headers }: Received, secret: string): unknown =>
  new Webhook(secret).verify(body, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });

const statuses = (deliveries: { status: string }[]): string[] => deliveries.map(({ status }) => status);

const metric = async (name: string, labels: string): Promise<number> =>
  sumOf((await shop.request.get('/metrics').expect(200)).text, name, labels);

describe('an endpoint', () => {
  it('is told of an event as the standard says, signed so that its own library agrees', async () => {
    const { id, secret } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    const [delivery] = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    const [received] = receiver.received;
    if (!received || !delivery) throw new Error('nothing came');
    expect(verify(received, secret)).toEqual({
      type: 'probe.moved',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      data: { id: delivery.eventId, sequence: 1, probeId: probe, version: 1 },
    });
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': delivery.eventId,
    });
    expect(() => verify(received, `whsec_${Buffer.from('another'.repeat(4)).toString('base64')}`)).toThrow();
    expect(delivery.attempts).toMatchObject([{ number: 1, result: 'succeeded', status: 204 }]);
    expect(JSON.stringify(delivery)).not.toContain('what the receiver says');
  });

  it('is told of the types that it named alone, and of all where it named none', async () => {
    const some = await desk.register(receiver.url, ['probe.stopped']);
    const all = await desk.register(receiver.url, null);
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    await desk.until(all.id, probe, ([last]) => last?.status === 'delivered');
    expect(await desk.deliveries(some.id)).toEqual([]);
  });

  it('gets each event once from two processes', async () => {
    const other = await startTestApp({ ...trialHooks, DATABASE_URL: shop.database.url });
    try {
      const { id } = await desk.register(receiver.url);
      const probes = Array.from({ length: 20 }, newProbe);
      for (let version = 1; version <= 5; version += 1)
        await tell(shop, ...probes.map((probe) => moved(probe, version)));
      await eventually('all deliveries', () => receiver.received.length >= 100);
      for (const probe of probes) {
        await desk.until(id, probe, (found) => statuses(found).every((status) => status === 'delivered'));
        expect(receiver.versionsOf(probe)).toEqual([1, 2, 3, 4, 5]);
      }
      expect(new Set(receiver.ids).size).toBe(receiver.received.length);
    } finally {
      await other.close();
    }
  });
});

describe('a receiver that fails', () => {
  it('is tried again under the same id and bytes, and given up after the last pause', async () => {
    receiver.answering = answer(500);
    const { id } = await desk.register(receiver.url);
    const [before, probe] = [await metric('webhook_deliveries_total', 'outcome="failed"'), newProbe()];
    await tell(shop, moved(probe, 1));
    const [delivery] = await desk.until(id, probe, ([last]) => last?.status === 'failed');
    expect(delivery?.tries).toBe(4);
    expect(delivery?.attempts.map(({ number, result, status }) => [number, result, status])).toEqual([
      [4, 'refused', 500],
      [3, 'refused', 500],
      [2, 'refused', 500],
      [1, 'refused', 500],
    ]);
    expect(new Set(receiver.ids).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    const gaps = receiver.received.slice(1).map(({ at }, index) => at - (receiver.received[index]?.at ?? at));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(79);
    expect(await metric('webhook_deliveries_total', 'outcome="failed"')).toBe(before + 1);
  });

  it('holds back its own key in order, and no other', async () => {
    const [stuck, free] = [newProbe(), newProbe()];
    let isMended = false;
    receiver.answering = (received, response) =>
      void response.writeHead(received.event.data['probeId'] === stuck && !isMended ? 503 : 200).end();
    const { id } = await desk.register(receiver.url);
    await tell(shop, moved(stuck, 1), moved(stuck, 2), moved(free, 1), moved(free, 2));
    await desk.until(
      id,
      free,
      (found) => found.length === 2 && statuses(found).every((s) => s === 'delivered'),
    );
    expect(new Set(receiver.versionsOf(stuck))).toEqual(new Set([1]));
    isMended = true;
    await desk.until(id, stuck, (found) => statuses(found).every((status) => status === 'delivered'));
    expect(receiver.versionsOf(stuck).slice(-2)).toEqual([1, 2]);
    expect(receiver.versionsOf(free)).toEqual([1, 2]);
  });

  it('is rid of an event that staff skip, while it is being sent too, and told of the next', async () => {
    const probe = newProbe();
    receiver.answering = ({ event }, response) =>
      void (event.data['version'] === 1 ? undefined : response.writeHead(200).end());
    const { id } = await desk.register(receiver.url);
    await tell(shop, moved(probe, 1), moved(probe, 2));
    await eventually('the first to be under way', () => receiver.received.length > 0);
    const found = await desk.until(id, probe, (all) => all.length === 2);
    const skipped = await desk.send('POST', `webhook-deliveries/${found[1]?.id ?? ''}/skip`);
    expect([skipped.status, skipped.body]).toMatchObject([200, { status: 'skipped', nextTryAt: null }]);
    const after = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    expect(statuses(after)).toEqual(['delivered', 'skipped']);
    const again = await desk.send('POST', `webhook-deliveries/${found[1]?.id ?? ''}/skip`);
    expect([again.status, again.body.code, again.body.currentState]).toEqual([
      409,
      'webhook-delivery-state',
      'skipped',
    ]);
  });

  it('is told again of what failed once staff say so, under the same id', async () => {
    receiver.answering = answer(500);
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    const [failed] = await desk.until(id, probe, ([last]) => last?.status === 'failed');
    receiver.answering = answer(200);
    const moves = await Promise.all(
      [1, 2, 3].map(() => desk.send('POST', `webhook-deliveries/${failed?.id ?? ''}/redeliver`)),
    );
    // Who comes late finds it pending, or already delivered and tells it once more.
    expect(moves.some(({ status }) => status === 200)).toBe(true);
    expect(moves.every(({ status }) => status === 200 || status === 409)).toBe(true);
    const [delivered] = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    expect(delivered?.attempts[0]).toMatchObject({ result: 'succeeded' });
    expect(delivered?.attempts.length).toBeGreaterThanOrEqual(5);
    expect(new Set(receiver.ids)).toEqual(new Set([failed?.eventId]));
  });

  it.each([
    [
      'a redirect, which is not followed',
      answer(302, { location: 'http://127.0.0.1:1/' }),
      'redirected',
      302,
    ],
    [
      'an upgrade, which is not made',
      answer(101, { connection: 'upgrade', upgrade: 'websocket' }),
      'refused',
      101,
    ],
    ['no answer in time', () => undefined, 'timeout', null],
    ['a connection that breaks', (_: Received, response) => void response.destroy(), 'unreachable', null],
  ] satisfies [string, WebhookReceiver['answering'], string, number | null][])(
    'is not believed on %s',
    async (_what, answering, result, status) => {
      receiver.answering = answering;
      const { id } = await desk.register(receiver.url);
      const probe = newProbe();
      await tell(shop, moved(probe, 1));
      const [delivery] = await desk.until(id, probe, ([last]) => (last?.attempts.length ?? 0) > 0);
      expect(delivery?.attempts.at(-1)).toMatchObject({ result, status });
      expect(receiver.received.length).toBeGreaterThanOrEqual(1);
    },
  );

  it('is believed by its status, though the answer never ends', async () => {
    receiver.answering = (_received, response) => {
      response.writeHead(200);
      const flood = setInterval(() => response.write('x'.repeat(20_000)), 1);
      response.on('close', () => clearInterval(flood));
    };
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    const [delivery] = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    expect(delivery?.attempts).toMatchObject([{ status: 200 }]);
  });

  it('is believed by its status, though the answer stops in the middle', async () => {
    receiver.answering = (_received, response) => void response.writeHead(200).write('and then');
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    const [delivery] = await desk.until(id, probe, ([last]) => (last?.attempts.length ?? 0) > 0);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: [{ result: 'succeeded', status: 200 }] });
  });

  it('is told no more once it answers 410, and goes on where it was when staff enable it', async () => {
    receiver.answering = answer(410);
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1), moved(probe, 2));
    await eventually('the endpoint to be disabled', async () => {
      const { body } = await desk.send<{ status: string; disabledReason: string }>(
        'GET',
        `webhook-endpoints/${id}`,
      );
      return body.status === 'disabled' && body.disabledReason === 'gone';
    });
    await tell(shop, moved(newProbe(), 1));
    expect(receiver.received).toHaveLength(1);
    receiver.answering = answer(200);
    const { headers } = await desk.send('GET', `webhook-endpoints/${id}`);
    const match = { 'If-Match': headers.get('etag') ?? '' };
    const enabled = await desk.send('PATCH', `webhook-endpoints/${id}`, { status: 'enabled' }, match);
    expect([enabled.status, enabled.body]).toMatchObject([200, { status: 'enabled', disabledReason: null }]);
    await desk.until(id, probe, (found) => statuses(found).every((status) => status === 'delivered'));
    expect(receiver.versionsOf(probe)).toEqual([1, 1, 2]);
    expect(receiver.received).toHaveLength(3);
  });

  it('is still told at its new url when the old one answers 410 late', async () => {
    const moveTo = await WebhookReceiver.open();
    try {
      const open: ServerResponse[] = [];
      receiver.answering = (_received, response) => void open.push(response);
      const { id, etag } = await desk.register(receiver.url);
      const probe = newProbe();
      await tell(shop, moved(probe, 1));
      await eventually('the first to be under way', () => open.length > 0);
      const match = { 'If-Match': etag };
      await desk.send('PATCH', `webhook-endpoints/${id}`, { url: moveTo.url }, match);
      open[0]?.writeHead(410).end();
      const [delivery] = await desk.until(id, probe, ([last]) => (last?.attempts.length ?? 0) > 1);
      expect(delivery?.attempts).toMatchObject([{ result: 'succeeded' }, { result: 'gone' }]);
      const { body } = await desk.send('GET', `webhook-endpoints/${id}`);
      expect(body).toMatchObject({ status: 'enabled', disabledReason: null });
      expect(moveTo.versionsOf(probe)).toEqual([1]);
    } finally {
      await moveTo.close();
    }
  });

  it('that hangs beside fifteen others leaves a place for the next one', async () => {
    const quick = await WebhookReceiver.open();
    try {
      receiver.answering = () => undefined;
      for (let hanging = 1; hanging <= 16; hanging += 1) await desk.register(receiver.url);
      const { id } = await desk.register(quick.url);
      const probes = Array.from({ length: 20 }, newProbe);
      await tell(shop, ...probes.map((probe) => moved(probe, 1)));
      await eventually('the quick one to have all', () => quick.received.length === probes.length);
      // Each of the sixteen waits for twenty, four at once; most of them had no turn yet.
      expect(receiver.received.length).toBeLessThan(200);
      await eventually('all to be written down', async () => {
        const pending = await desk.deliveries(id, '?status=pending');
        return pending.length === 0;
      });
    } finally {
      await quick.close();
    }
  });

  it('that is slow does not hold another', async () => {
    const quick = await WebhookReceiver.open();
    try {
      receiver.answering = () => undefined;
      const slow = await desk.register(receiver.url);
      const { id } = await desk.register(quick.url);
      const probes = Array.from({ length: 80 }, newProbe);
      await tell(shop, ...probes.map((probe) => moved(probe, 1)));
      await eventually('the quick one to have all', () => quick.received.length === probes.length);
      // Four at once, each for a second and a half: it is far from through.
      expect(statuses(await desk.deliveries(slow.id, '?limit=200')).every((s) => s === 'pending')).toBe(true);
      expect(receiver.received.length).toBeLessThan(40);
      expect(await desk.deliveries(id, '?status=pending')).toEqual([]);
    } finally {
      await quick.close();
    }
  });
});

describe('a secret', () => {
  it('is shown at registration and at its replay, and in no body and no row', async () => {
    const key = { 'Idempotency-Key': 'a-key-that-is-kept-for-retries' };
    const body = { url: receiver.url, types: ['probe.moved'] };
    const first = await desk.send<{ id: string }>('POST', 'webhook-endpoints', body, key);
    const replay = await desk.send<{ id: string }>('POST', 'webhook-endpoints', body, key);
    const secret = first.headers.get('webhook-secret') ?? '';
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(replay.headers.get('webhook-secret')).toBe(secret);
    expect([replay.headers.get('idempotent-replayed'), replay.body]).toEqual(['true', first.body]);
    const seen = await desk.send('GET', `webhook-endpoints/${first.body.id}`);
    expect(seen.headers.get('webhook-secret')).toBeNull();
    const raw = Buffer.from(secret.slice('whsec_'.length), 'base64').toString('hex');
    const { rows } = await shop.database.query<{ text: string }>(
      `select s::text as text from webhooks.endpoint_secret s union all select r::text from idempotency.record r`,
    );
    const kept = rows.map(({ text }) => text).join();
    for (const form of [secret, Buffer.from(secret).toString('hex'), raw]) expect(kept).not.toContain(form);
  });

  it('signs beside the new one for a time after a rotation, and the retired one no more', async () => {
    const { id, secret: old } = await desk.register(receiver.url);
    const rotated = await desk.send<{ secrets: unknown[] }>('POST', `webhook-endpoints/${id}/secrets`, {});
    const fresh = rotated.headers.get('webhook-secret') ?? '';
    expect([rotated.status, rotated.body.secrets.length]).toEqual([200, 2]);
    await tell(shop, moved(newProbe(), 1));
    const both = await eventually('a webhook', () => receiver.received[0]);
    expect(String(both.headers['webhook-signature']).split(' ')).toHaveLength(2);
    for (const secret of [old, fresh]) verify(both, secret);

    const last = await desk.send('POST', `webhook-endpoints/${id}/secrets`, { overlapSeconds: 0 });
    await tell(shop, moved(newProbe(), 1));
    const one = await eventually('a webhook', () => receiver.received[1]);
    verify(one, last.headers.get('webhook-secret') ?? '');
    for (const secret of [old, fresh]) expect(() => verify(one, secret)).toThrow();
  });
});

describe('staff', () => {
  it('cannot register without a key, without being an administrator, or for events that are none', async () => {
    const body = { url: receiver.url };
    const keyless = await fetch(`${shop.url}/v1/webhook-endpoints`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...desk.admin },
      body: JSON.stringify(body),
    });
    expect(await keyless.json()).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
    const support = { authorization: `Bearer ${await shop.token('support')}` };
    expect((await desk.send('POST', 'webhook-endpoints', body, support)).status).toBe(403);
    const typo = await desk.send('POST', 'webhook-endpoints', { ...body, types: ['order.plaecd'] });
    expect([typo.status, typo.body.code]).toEqual([422, 'event-type-unknown']);
  });

  it('change what they saw, one of two at once, and delete', async () => {
    const { id, etag } = await desk.register(receiver.url);
    const change = (description: string) =>
      desk.send('PATCH', `webhook-endpoints/${id}`, { description }, { 'If-Match': etag });
    const answers = await Promise.all([change('ours'), change('theirs')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await desk.send('PATCH', `webhook-endpoints/${id}`, { description: 'x' })).status).toBe(428);
    expect((await desk.send('DELETE', `webhook-endpoints/${id}`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/deliveries'],
      ['POST', '/secrets'],
    ] as const)
      expect((await desk.send(method, `webhook-endpoints/${id}${path}`)).status).toBe(404);
    await tell(shop, moved(newProbe(), 1));
    expect(receiver.received).toEqual([]);
  });

  it('read deliveries page by page, at the price of as many statements for many as for one', async () => {
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, ...Array.from({ length: 30 }, (_, version) => moved(probe, version + 1)));
    await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    const path = `webhook-endpoints/${id}/deliveries?limit=`;
    const one = await countStatements(() => desk.send('GET', `${path}1`));
    const many = await countStatements(() => desk.send('GET', `${path}30`));
    expect([one.count, many.count]).toEqual([2, 2]);
    const list = await countStatements(() => desk.send('GET', 'webhook-endpoints'));
    expect(list.count).toBe(1);

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await desk.send<{ items: { id: string }[]; nextCursor?: string }>(
        'GET',
        `${path}7${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.body.items.map((item) => item.id));
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([30, 30]);
  });
});
