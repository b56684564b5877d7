import type { ServerResponse } from 'node:http';
import type { WebhookDeliveryView } from '../../src/platform/webhooks/outgoing/outgoing-webhooks.schemas.js';
import { WebhookExpiry } from '../../src/platform/webhooks/outgoing/webhook-expiry.service.js';
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
  // After one failure nothing is tried again while a test runs, and nothing but what a test moves in time is too old.
  shop = await startTestApp({ ...trialHooks, WEBHOOK_TIMEOUT_MS: '20000', WEBHOOK_RETRY_SECONDS: '600,600' });
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

const expire = (): Promise<number> => shop.app.get(WebhookExpiry, { strict: false }).expire();

/** As if the deliveries, all or the first ones, and their endpoint had been there since yesterday. */
async function age(endpointId: string, count = 1000): Promise<void> {
  await shop.database.query(
    `update webhooks.endpoint set enabled_at = now() - interval '1 day' where id = $1`,
    [endpointId],
  );
  await shop.database.query(
    `update webhooks.delivery set created_at = created_at - interval '1 day', pending_since = now() - interval '1 day'
     where id in (select id from webhooks.delivery where endpoint_id = $1 order by position limit $2)`,
    [endpointId, count],
  );
}

/** Oldest first: its status, and how its tries ended. */
const story = (deliveries: WebhookDeliveryView[]): string[][] =>
  [...deliveries]
    .reverse()
    .map(({ status, attempts }) => [status, ...[...attempts].reverse().map(({ result }) => result)]);

const failedTotal = async (): Promise<number> =>
  sumOf(
    (await shop.request.get('/metrics').expect(200)).text,
    'webhook_deliveries_total',
    'outcome="failed"',
  );

const lanesOf = async (key: string): Promise<unknown[]> =>
  (await shop.database.query('select due_at from webhooks.lane where key = $1', [key])).rows;

describe('a delivery that is too old', () => {
  it('is given up by a failed try, though it has tries left, with what is too old behind it; the rest goes on', async () => {
    const open: ServerResponse[] = [];
    receiver.answering = (_received, response) => void open.push(response);
    const { id } = await desk.register(receiver.url);
    const [before, probe] = [await failedTotal(), newProbe()];
    await tell(shop, ...[1, 2, 3, 4].map((version) => moved(probe, version)));
    await eventually('the first to be under way', () => open.length > 0);
    await age(id, 3);
    receiver.answering = answer(200);
    open[0]?.writeHead(500).end();
    const found = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    expect(story(found)).toEqual([
      ['failed', 'refused'],
      ['failed', 'expired'],
      ['failed', 'expired'],
      ['delivered', 'succeeded'],
    ]);
    expect(found[1]).toMatchObject({ tries: 0, nextTryAt: null, attempts: [{ number: 1, status: null }] });
    expect(receiver.versionsOf(probe)).toEqual([1, 4]);
    expect(await failedTotal()).toBe(before + 3);
  });

  it('has all its time before it once staff have it sent again', async () => {
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    const [delivered] = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    await age(id);
    receiver.answering = answer(500);
    await desk.send('POST', `webhook-deliveries/${delivered?.id ?? ''}/redeliver`);
    const tried = await desk.until(id, probe, ([last]) => (last?.attempts.length ?? 0) > 1);
    expect(story(tried)).toEqual([['pending', 'succeeded', 'refused']]);
    await expire();
    expect(story(await desk.deliveries(id))).toEqual([['pending', 'succeeded', 'refused']]);
    await age(id);
    await expire();
    expect(story(await desk.deliveries(id))).toEqual([['failed', 'succeeded', 'refused', 'expired']]);
  });

  it('is given up once by two keepers at once, and what stood behind it is sent', async () => {
    receiver.answering = answer(503);
    const { id } = await desk.register(receiver.url);
    const [before, probe, empty] = [await failedTotal(), newProbe(), newProbe()];
    await tell(shop, moved(empty, 1), moved(probe, 1), moved(probe, 2));
    for (const key of [empty, probe])
      await desk.until(id, key, (found) => (found.at(-1)?.attempts.length ?? 0) > 0);
    await age(id);
    await tell(shop, moved(probe, 3));
    await desk.until(id, probe, (found) => found.length === 3);
    receiver.answering = answer(200);
    await Promise.all([expire(), expire()]);
    const found = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    expect(story(found)).toEqual([
      ['failed', 'refused', 'expired'],
      ['failed', 'expired'],
      ['delivered', 'succeeded'],
    ]);
    expect(await failedTotal()).toBe(before + 3);
    expect(await lanesOf(probe)).toEqual([]);
    // An empty lane is none that holds anything back.
    expect(await lanesOf(empty)).toEqual([{ due_at: null }]);
    await tell(shop, moved(empty, 2));
    await desk.until(id, empty, ([last]) => last?.status === 'delivered');
    expect(receiver.versionsOf(empty)).toEqual([1, 2]);
  });

  it('is delivered all the same where it is under way when the keeper comes, and so is what waits behind it', async () => {
    const open: ServerResponse[] = [];
    receiver.answering = (_received, response) => void open.push(response);
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1), moved(probe, 2));
    await eventually('the first to be under way', () => open.length > 0);
    await age(id);
    await expire();
    receiver.answering = answer(200);
    open[0]?.writeHead(200).end();
    const found = await desk.until(id, probe, ([last]) => last?.status === 'delivered');
    expect(story(found)).toEqual([
      ['delivered', 'succeeded'],
      ['delivered', 'succeeded'],
    ]);
  });

  it('is either delivered or given up while both go on at once, and no order is broken', async () => {
    receiver.answering = (_received, response) =>
      void setTimeout(() => response.writeHead(200).end(), Math.random() * 20);
    const { id } = await desk.register(receiver.url);
    const probes = Array.from({ length: 20 }, newProbe);
    for (const version of [1, 2, 3, 4, 5]) await tell(shop, ...probes.map((probe) => moved(probe, version)));
    await eventually('all to be fed', async () => (await desk.deliveries(id, '?limit=200')).length === 100);
    const pending = () => desk.deliveries(id, '?status=pending&limit=200');
    for (let round = 1; (await pending()).length > 0; round += 1) {
      await age(id, round * 10);
      await expire();
    }
    for (const probe of probes) {
      const found = await desk.deliveries(id, `?key=${probe}`);
      for (const { status, attempts } of found)
        expect([status, attempts.map(({ result }) => result)]).toEqual(
          status === 'delivered' ? ['delivered', ['succeeded']] : ['failed', ['expired']],
        );
      const delivered = story(found).flatMap(([status], index) =>
        status === 'delivered' ? [index + 1] : [],
      );
      expect(receiver.versionsOf(probe)).toEqual(delivered);
      expect(await lanesOf(probe)).toEqual(
        expect.not.arrayContaining([{ due_at: expect.any(Date) as Date }]),
      );
    }
  });

  it('is kept while its endpoint is disabled, and has all its time before it once staff enable it', async () => {
    receiver.answering = answer(410);
    const { id } = await desk.register(receiver.url);
    const probe = newProbe();
    await tell(shop, moved(probe, 1), moved(probe, 2));
    await eventually(
      'the endpoint to be disabled',
      async () => (await desk.endpoint(id)).status === 'disabled',
    );
    await age(id);
    await expire();
    expect(story(await desk.deliveries(id))).toEqual([['pending', 'gone'], ['pending']]);
    expect((await desk.change(id, { status: 'enabled' })).status).toBe(200);
    await expire();
    expect(story(await desk.deliveries(id))).toEqual([['pending', 'gone'], ['pending']]);
  });
});
