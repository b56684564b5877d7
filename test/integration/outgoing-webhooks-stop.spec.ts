import { OutgoingWebhooksWorker } from '../../src/platform/webhooks/outgoing/outgoing-webhooks.worker.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually, moved, newProbe } from '../support/event-house.js';
import { tell, trialHooks, WebhookDesk } from '../support/webhook-desk.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

let shop: TestApp;
let desk: WebhookDesk;
let receiver: WebhookReceiver;
beforeEach(async () => {
  shop = await startTestApp(trialHooks);
  desk = await WebhookDesk.open(shop.url);
  receiver = await WebhookReceiver.open();
});
afterEach(async () => {
  await receiver.close();
  await shop.close();
});

const leases = async (key: string): Promise<boolean[]> => {
  const { rows } = await shop.database.query<{ isLeased: boolean }>(
    'select lease is not null as "isLeased" from webhooks.lane where key = $1',
    [key],
  );
  return rows.map(({ isLeased }) => isLeased);
};

it('a stop between taking a lane and sending lets the lane go, and sends nothing', async () => {
  const { id } = await desk.register(receiver.url);
  const probe = newProbe();
  const client = await shop.database.pool.connect();
  // The worker has its lanes by then and waits for the secrets.
  await client.query('begin; lock table webhooks.endpoint_secret in access exclusive mode');
  await tell(shop, moved(probe, 1));
  await eventually('the lane to be taken', async () => (await leases(probe)).includes(true));
  const stopped = shop.app.get(OutgoingWebhooksWorker, { strict: false }).beforeApplicationShutdown();
  await client.query('commit');
  client.release();
  await stopped;
  expect(await leases(probe)).toEqual([false]);
  expect(receiver.received).toEqual([]);
  expect(await desk.deliveries(id)).toMatchObject([{ status: 'pending', attempts: [] }]);
});

it('a stop waits for the send that is under way, and its outcome is written', async () => {
  const { id } = await desk.register(receiver.url);
  const probe = newProbe();
  let finish = (): void => undefined;
  receiver.answering = (_received, response) => (finish = () => void response.writeHead(200).end());
  await tell(shop, moved(probe, 1));
  await eventually('the send to be under way', () => receiver.received.length > 0);
  const stopped = shop.app.get(OutgoingWebhooksWorker, { strict: false }).beforeApplicationShutdown();
  finish();
  await stopped;
  expect(await desk.deliveries(id)).toMatchObject([{ status: 'delivered' }]);
});
