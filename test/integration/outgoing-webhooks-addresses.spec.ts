import type { Type } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Answer } from '../../src/platform/http/index.js';
import { Idempotency, type IdempotentRequest } from '../../src/platform/idempotency/index.js';
import {
  AddressCheck,
  AddressRefused,
  type Resolve,
} from '../../src/platform/webhooks/outgoing/address-check.js';
import { WebhookEndpointsController } from '../../src/platform/webhooks/outgoing/webhook-endpoints.controller.js';
import { WebhookEndpointsRepository } from '../../src/platform/webhooks/outgoing/webhook-endpoints.repository.js';
import { WebhookEndpoints } from '../../src/platform/webhooks/outgoing/webhook-endpoints.service.js';
import { WebhookSecrets } from '../../src/platform/webhooks/outgoing/webhook-secrets.service.js';
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

it.each(['https://127.0.0.1:8443/', 'https://[::ffff:7f00:1]/', 'http://8.8.8.8/', 'https://8.8.8.8:9000/'])(
  'an endpoint whose url is %s by the time of sending, as one of a trial is, is not connected to',
  async (url) => {
    const { id } = await desk.register(publicUrl);
    await shop.database.query('update webhooks.endpoint set url = $2 where id = $1', [id, url]);
    const begun = watchRequests();
    const probe = newProbe();
    await tell(shop, moved(probe, 1));
    const [delivery] = await desk.until(id, probe, ([last]) => last?.status === 'failed');
    expect(delivery?.attempts.length).toBeGreaterThan(1);
    for (const attempt of delivery?.attempts ?? [])
      expect(attempt).toMatchObject({ result: 'address-refused', status: null });
    expect(begun.hosts()).not.toContain(new URL(url).hostname);
    await desk.send('DELETE', `webhook-endpoints/${id}`);
  },
);

/** Names the hosts to which a request was begun since. */
function watchRequests(): { hosts(): string[] } {
  const begun: string[] = [];
  const note = (message: unknown): void =>
    // What Node publishes on this channel.
    void begun.push((message as { request: ClientRequest }).request.host);
  subscribe('http.client.request.start', note);
  return {
    hosts: () => {
      unsubscribe('http.client.request.start', note);
      return begun;
    },
  };
}

const part = <Part>(type: Type<Part>): Part => shop.app.get(type, { strict: false });
const checkBy = (resolve: Resolve): AddressCheck => new AddressCheck(shop.config, part(Transaction), resolve);
const answering = (...answers: string[]): Resolve => {
  const left = answers.map((address) => [{ address, family: 4 }]);
  return () => Promise.resolve(left.shift() ?? []);
};

describe('a registration that is asked for again under its key', () => {
  const away: Resolve = () => Promise.reject(new Error('the name server is away'));
  const create = (claim: IdempotentRequest, resolve: Resolve): Promise<Answer> => {
    const endpoints = new WebhookEndpoints(
      part(WebhookEndpointsRepository),
      part(WebhookSecrets),
      checkBy(resolve),
      part(Transaction),
      shop.config,
    );
    const controller = new WebhookEndpointsController(endpoints, part(Idempotency));
    return controller.create(claim, { url: 'https://hooks.example/', types: ['probe.stopped'] });
  };
  const claimOf = (key: string): IdempotentRequest => ({
    key,
    principalId: 'staff:admin',
    fingerprint: '0a'.repeat(32),
  });

  it('gets its answer though the name server is away by then', async () => {
    const claim = claimOf('a-key-of-one-who-lost-the-answer');
    const first = await create(claim, answering('8.8.8.8'));
    const again = await create(claim, away);
    expect([first.status, again.status, again.isReplay]).toEqual([201, 201, true]);
    expect(again.written?.body).toBe(first.written?.body);
  });

  it.each([
    ['could not be asked about', away],
    ['led inside', answering('10.0.0.1')],
  ])('is judged anew where the name %s the first time', async (what, resolve) => {
    const claim = claimOf(`a-key-of-a-name-that-${what.replaceAll(' ', '-')}`);
    await expect(create(claim, resolve)).rejects.toMatchObject({ code: 'webhook-url-refused' });
    expect(await create(claim, answering('8.8.8.8'))).toMatchObject({ status: 201 });
  });
});

it('a registration may be put right under its key', async () => {
  const key = { 'Idempotency-Key': 'a-key-of-one-who-mistyped-it' };
  const register = async (url: string, type: string): Promise<number> =>
    (await desk.send('POST', 'webhook-endpoints', { url, types: [type] }, key)).status;
  expect(await register('http://8.8.8.8/', 'probe.stopped')).toBe(422);
  expect(await register(publicUrl, 'probe.stoped')).toBe(422);
  expect(await register(publicUrl, 'probe.stopped')).toBe(201);
});

describe('a name server that changes its mind', () => {
  it('is asked again at the connection, and refused there', async () => {
    const check = checkBy(answering('8.8.8.8', '127.0.0.1'));
    await check.check('hooks.example');
    const sender = new WebhookSender(shop.config, part(Transaction), check);
    const attempt = await sender.post('https://hooks.example:8443/', {}, '{}');
    expect(attempt).toMatchObject({ result: 'address-refused', status: null });
    expect(receiver.received).toEqual([]);
  });

  it('is asked once a connection: what was checked is what is connected to', async () => {
    const resolve = answering('127.0.0.1', '8.8.8.8');
    const config = { ...shop.config, WEBHOOK_ALLOW_PRIVATE: true };
    const transaction = part(Transaction);
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
  const sender = part(WebhookSender);
  await expect(part(Transaction).run(() => sender.post(receiver.url, {}, '{}'))).rejects.toThrow(
    'transaction',
  );
});
