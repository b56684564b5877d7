import type { ServerResponse } from 'node:http';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually, moved, newProbe } from '../support/event-house.js';
import { sumOf } from '../support/traffic/checker.js';
import { tell, trialHooks, WebhookDesk } from '../support/webhook-desk.js';
import { answer, WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

let shop: TestApp;
let desk: WebhookDesk;
let receiver: WebhookReceiver;
beforeAll(async () => {
  shop = await startTestApp({ ...trialHooks, WEBHOOK_TIMEOUT_MS: '20000', WEBHOOK_RETRY_SECONDS: '600' });
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

/** Tells it one event, waits for its first try, and answers the event's key. */
async function tryOnce(endpointId: string): Promise<string> {
  const probe = newProbe();
  await tell(shop, moved(probe, 1));
  await desk.until(endpointId, probe, ([last]) => (last?.attempts.length ?? 0) > 0);
  return probe;
}

/** An endpoint that would be disabled by its next failure, and the answers that its receiver owes from now on. */
async function failedForDays(): Promise<{ id: string; open: ServerResponse[] }> {
  const open: ServerResponse[] = [];
  receiver.answering = answer(500);
  const { id } = await desk.register(receiver.url);
  await tryOnce(id);
  await failedFor(id, '9 days');
  receiver.answering = (_received, response) => void open.push(response);
  return { id, open };
}

async function isFailing(endpointId: string): Promise<boolean> {
  const { rows } = await shop.database.query<{ isFailing: boolean }>(
    'select failing_since is not null as "isFailing" from webhooks.endpoint where id = $1',
    [endpointId],
  );
  return rows[0]?.isFailing ?? false;
}

/** As if the first failure had been so long ago. */
const failedFor = (endpointId: string, interval: string) =>
  shop.database.query(
    'update webhooks.endpoint set failing_since = now() - $2::interval where id = $1 and failing_since is not null',
    [endpointId, interval],
  );

const disabledTotal = async (): Promise<number> =>
  sumOf(
    (await shop.request.get('/metrics').expect(200)).text,
    'webhook_endpoints_disabled_total',
    'reason="failing"',
  );

const waitingForLocks = async (): Promise<number> => {
  const { rows } = await shop.database.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
};

describe('an endpoint that fails', () => {
  it('is disabled after five days, told nothing meanwhile, and has five days before it once it is enabled', async () => {
    receiver.answering = answer(500);
    const { id } = await desk.register(receiver.url);
    const before = await disabledTotal();
    const probe = await tryOnce(id);
    await failedFor(id, '4 days 23 hours');
    await tryOnce(id);
    expect(await desk.endpoint(id)).toMatchObject({ status: 'enabled', disabledReason: null, version: 1 });
    await failedFor(id, '5 days');
    await tryOnce(id);
    expect(await desk.endpoint(id)).toMatchObject({
      status: 'disabled',
      disabledReason: 'failing',
      version: 2,
    });
    expect(await disabledTotal()).toBe(before + 1);

    const control = await desk.register(receiver.url);
    const missed = await tryOnce(control.id);
    expect(await desk.deliveries(id, `?key=${missed}`)).toEqual([]);

    const enabled = await desk.change(id, { status: 'enabled' });
    expect([enabled.status, enabled.body]).toMatchObject([200, { status: 'enabled', disabledReason: null }]);
    expect(await isFailing(id)).toBe(false);
    await tryOnce(id);
    expect((await desk.endpoint(id)).status).toBe('enabled');
    expect(await desk.deliveries(id, `?key=${probe}`)).toMatchObject([{ status: 'pending' }]);
  });

  it('has five days before it again after one success, however quiet it was, and at a new url', async () => {
    receiver.answering = answer(500);
    const { id } = await desk.register(receiver.url);
    await tryOnce(id);
    await failedFor(id, '9 days');
    expect(await desk.endpoint(id)).toMatchObject({ status: 'enabled' });
    receiver.answering = answer(200);
    await tryOnce(id);
    expect(await isFailing(id)).toBe(false);

    receiver.answering = answer(500);
    await tryOnce(id);
    expect(await isFailing(id)).toBe(true);
    await failedFor(id, '9 days');
    await desk.change(id, { url: `${receiver.url}/new` });
    await tryOnce(id);
    expect(await desk.endpoint(id)).toMatchObject({ status: 'enabled', disabledReason: null });
  });

  it('is not disabled for secrets that cannot be opened, which are ours', async () => {
    const { id } = await desk.register(receiver.url);
    await shop.database.query(`update webhooks.endpoint_secret set sealed = '\\x00' where endpoint_id = $1`, [
      id,
    ]);
    const probe = await tryOnce(id);
    expect(await desk.deliveries(id, `?key=${probe}`)).toMatchObject([
      { attempts: [{ result: 'unsigned' }] },
    ]);
    expect(await isFailing(id)).toBe(false);
  });

  it('stays enabled by staff, though a try that began before fails after', async () => {
    const { id, open } = await failedForDays();
    const probes = [newProbe(), newProbe()];
    await tell(shop, ...probes.map((probe) => moved(probe, 1)));
    await eventually('both to be under way', () => open.length === 2);
    open[0]?.writeHead(500).end();
    await eventually(
      'the endpoint to be disabled',
      async () => (await desk.endpoint(id)).disabledReason === 'failing',
    );
    expect((await desk.change(id, { status: 'enabled' })).status).toBe(200);
    open[1]?.writeHead(500).end();
    for (const probe of probes) await desk.until(id, probe, ([last]) => (last?.attempts.length ?? 0) > 0);
    expect(await desk.endpoint(id)).toMatchObject({ status: 'enabled', disabledReason: null });
  });

  it.each(['staff', 'the failed try'])('is changed by staff and failing at once: %s first', async (first) => {
    const { id, open } = await failedForDays();
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    await eventually('it to be under way', () => open.length > 0);

    const client = await shop.database.pool.connect();
    await client.query('begin');
    await client.query('select from webhooks.endpoint where id = $1 for no key update', [id]);
    let change: Promise<{ status: number }> | undefined;
    const moves = [
      () => (change = desk.change(id, { url: `${receiver.url}/new` })),
      () => open[0]?.writeHead(500).end(),
    ];
    for (const [index, move] of (first === 'staff' ? moves : moves.reverse()).entries()) {
      void move();
      await eventually('it to wait for the endpoint', async () => (await waitingForLocks()) > index);
    }
    await client.query('commit');
    client.release();

    const { status } = (await change) ?? {};
    await desk.until(id, probe, ([last]) => (last?.attempts.length ?? 0) > 0);
    const seen = await desk.endpoint(id);
    expect([status, seen.status, seen.disabledReason]).toEqual(
      first === 'staff' ? [200, 'enabled', null] : [412, 'disabled', 'failing'],
    );
  });
});
