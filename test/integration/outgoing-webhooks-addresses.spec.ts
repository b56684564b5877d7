import {
  AddressCheck,
  AddressRefused,
  type Resolve,
} from '../../src/platform/webhooks/outgoing/address-check.js';
import { WebhookSender } from '../../src/platform/webhooks/outgoing/webhook-sender.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { moved, newProbe } from '../support/event-house.js';
import { tell, trialHooks, WebhookDesk } from '../support/webhook-desk.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

/** As a shop runs outside a trial: nothing private is allowed. */
let shop: TestApp;
let desk: WebhookDesk;
let receiver: WebhookReceiver;
beforeAll(async () => {
  shop = await startTestApp({ ...trialHooks, WEBHOOK_ALLOW_PRIVATE: 'false' });
  desk = await WebhookDesk.open(shop.url);
  receiver = await WebhookReceiver.open();
});
afterAll(async () => {
  await receiver.close();
  await shop.close();
});

const publicUrl = 'https://8.8.8.8/hooks';

it.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://2130706433/',
  'https://①②⑦.⓪.⓪.①/',
  'https://[::1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://10.0.0.1/',
  'https://172.31.255.255/',
  'https://192.168.0.1/',
  'https://0.0.0.0/',
  'https://localhost/',
  'https://localhost./',
  'https://name-that-is-nowhere.invalid/',
  'https://8.8.8.8:22/',
  'https://8.8.8.8:5432/',
  'https://user@8.8.8.8/',
  'https://8.8.8.8/#part',
  'http://8.8.8.8/',
])('%s is refused at registration and at a change', async (url) => {
  const refused = await desk.send('POST', 'webhook-endpoints', { url });
  expect([refused.status, refused.body.code]).toEqual([422, 'webhook-url-refused']);
  const { id, etag } = await desk.register(publicUrl, ['probe.stopped']);
  const changed = await desk.send('PATCH', `webhook-endpoints/${id}`, { url }, { 'If-Match': etag });
  expect([changed.status, changed.body.code]).toEqual([422, 'webhook-url-refused']);
});

it('says the same of a name that is nowhere and of one that leads inside', async () => {
  const details = await Promise.all(
    ['https://name-that-is-nowhere.invalid/', 'https://localhost/', 'https://10.0.0.1/'].map(async (url) => {
      const { body } = await desk.send<{ detail: string }>('POST', 'webhook-endpoints', { url });
      return body.detail;
    }),
  );
  expect(new Set(details).size).toBe(1);
});

it.each(['https://localhost', 'https://127.0.0.1', 'https://[::ffff:7f00:1]'])(
  'an endpoint whose address is %s by the time of sending is not connected to',
  async (origin) => {
    const { id } = await desk.register(publicUrl);
    await shop.database.query('update webhooks.endpoint set url = $2 where id = $1', [
      id,
      `${origin}:${receiver.port}/hooks`,
    ]);
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    const [delivery] = await desk.until(id, probe, ([last]) => (last?.attempts.length ?? 0) > 0);
    expect(delivery?.attempts[0]).toMatchObject({ result: 'address-refused', status: null });
    expect(receiver.received).toEqual([]);
    await desk.send('DELETE', `webhook-endpoints/${id}`);
  },
);

describe('a name server that changes its mind', () => {
  const answering = (...answers: string[]): Resolve => {
    const left = answers.map((address) => [{ address, family: 4 }]);
    return () => Promise.resolve(left.shift() ?? []);
  };
  const checkBy = (resolve: Resolve): AddressCheck =>
    new AddressCheck(shop.config, shop.app.get(Transaction, { strict: false }), resolve);

  it('is asked again at the connection, and refused there', async () => {
    const check = checkBy(answering('8.8.8.8', '127.0.0.1'));
    await check.check('hooks.example');
    const sender = new WebhookSender(shop.config, shop.app.get(Transaction, { strict: false }), check);
    const attempt = await sender.post(`http://hooks.example:${receiver.port}/`, {}, '{}');
    expect(attempt).toMatchObject({ result: 'address-refused', status: null });
    expect(receiver.received).toEqual([]);
  });

  it('is asked once a connection: what was checked is what is connected to', async () => {
    const resolve = answering('127.0.0.1', '8.8.8.8');
    const config = { ...shop.config, WEBHOOK_ALLOW_PRIVATE: true };
    const transaction = shop.app.get(Transaction, { strict: false });
    const sender = new WebhookSender(config, transaction, new AddressCheck(config, transaction, resolve));
    const attempt = await sender.post(`http://hooks.example:${receiver.port}/`, {}, '{"type":"x","data":{}}');
    expect(attempt).toMatchObject({ result: 'succeeded', status: 204 });
  });

  it('that names one address inside among others is refused', async () => {
    const mixed: Resolve = () =>
      Promise.resolve([
        { address: '8.8.8.8', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]);
    await expect(checkBy(mixed).check('hooks.example')).rejects.toThrow(AddressRefused);
  });
});

it('sends nothing inside a transaction', async () => {
  const transaction = shop.app.get(Transaction, { strict: false });
  const sender = shop.app.get(WebhookSender, { strict: false });
  await expect(transaction.run(() => sender.post(receiver.url, {}, '{}'))).rejects.toThrow('transaction');
});
