import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { WebhookSignatures } from '../../src/platform/webhooks/index.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { sumOf } from '../support/traffic/checker.js';

jest.setTimeout(60_000);

const secret = 'the-secret-that-the-carrier-shares';
const signatures = new WebhookSignatures();
const body = JSON.stringify({
  eventId: randomUUID(),
  trackingNumber: 'nobody-has-it',
  code: 'AT-HUB',
  scannedAt: '2026-11-24T12:00:00.000Z',
});

let shop: TestApp;
beforeAll(async () => {
  shop = await startTestApp({ SANDBOX_WEBHOOK_SECRET: secret });
});
afterAll(() => shop.close());

const send = (bytes: string | Buffer, headers: Record<string, string>): Promise<Response> =>
  fetch(`${shop.url}/v1/webhooks/carriers/sandbox`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(Buffer.from(bytes)),
  });

const refusals = async (reason: string): Promise<number> =>
  sumOf(
    (await shop.request.get('/metrics').expect(200)).text,
    'webhook_signature_failures_total',
    `reason="${reason}"`,
  );

const rowsWritten = async (): Promise<number> => {
  const { rows } = await shop.database.query<{ count: number }>(
    'select (select count(*) from events.inbox) + (select count(*) from events.outbox) + (select count(*) from deliveries.tracking_event) as count',
  );
  return rows[0]?.count ?? 0;
};

it('reads a webhook that is signed, and only then looks for what it names', async () => {
  const answer = await send(body, signatures.sign(randomUUID(), body, secret));
  expect(await answer.json()).toMatchObject({ code: 'parcel-unknown' });
});

const forgeries: [string, string, () => Promise<Response>][] = [
  ['without headers', 'headers-missing', () => send(body, {})],
  ['without a body', 'signature-wrong', () => send('', signatures.sign('a', body, secret))],
  [
    'by another secret',
    'signature-wrong',
    () => send(body, signatures.sign('a', body, 'the secret of another party here')),
  ],
  [
    'changed by one byte',
    'signature-wrong',
    () => send(body.replace('AT-HUB', 'AT-HUC'), signatures.sign('a', body, secret)),
  ],
  [
    'written anew',
    'signature-wrong',
    () => send(JSON.stringify(JSON.parse(body), null, 1), signatures.sign('a', body, secret)),
  ],
  [
    'under another id',
    'signature-wrong',
    () => send(body, { ...signatures.sign('a', body, secret), 'webhook-id': 'b' }),
  ],
  [
    '301 seconds old',
    'timestamp-outside',
    () => send(body, signatures.sign('a', body, secret, new Date(Date.now() - 301_000))),
  ],
  [
    '301 seconds ahead',
    'timestamp-outside',
    () => send(body, signatures.sign('a', body, secret, new Date(Date.now() + 302_000))),
  ],
];

it.each(forgeries)('refuses one %s, counts it and writes nothing', async (_how, reason, forge) => {
  const [counted, written] = [await refusals(reason), await rowsWritten()];
  const answer = await forge();
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'signature-invalid' });
  expect(await refusals(reason)).toBe(counted + 1);
  expect(await rowsWritten()).toBe(written);
});

it('refuses what is packed, because the signature is of the bytes', async () => {
  const answer = await send(gzipSync(body), {
    ...signatures.sign('a', body, secret),
    'content-encoding': 'gzip',
  });
  expect([401, 415]).toContain(answer.status);
});

it('refuses a megabyte', async () => {
  const large = JSON.stringify({ padding: 'x'.repeat(1_100_000) });
  const answer = await send(large, signatures.sign('a', large, 'the secret of another party here'));
  expect([401, 413]).toContain(answer.status);
});

it('takes one good signature among several', async () => {
  const id = randomUUID();
  const other = signatures.sign(id, body, 'the secret of another party here')['webhook-signature'];
  const good = signatures.sign(id, body, secret);
  const answer = await send(body, { ...good, 'webhook-signature': `${other} ${good['webhook-signature']}` });
  expect(await answer.json()).toMatchObject({ code: 'parcel-unknown' });
});
