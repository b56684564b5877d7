import { uuidv7 } from 'uuidv7';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually, moved, newProbe } from '../support/event-house.js';
import { tell, trialHooks, WebhookDesk } from '../support/webhook-desk.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

const [before, today] = ['a-secret-of-before-'.repeat(3), 'a-secret-of-today-'.repeat(3)];

let shop: TestApp;
let desk: WebhookDesk;
let receiver: WebhookReceiver;
beforeAll(async () => {
  shop = await startTestApp({ ...trialHooks, TOKEN_SECRET: before });
  desk = await WebhookDesk.open(shop.url);
  receiver = await WebhookReceiver.open();
});
afterAll(async () => {
  await receiver.close();
  await shop.close();
});

const damage = (endpointId: string): Promise<unknown> =>
  shop.database.query(
    `update webhooks.endpoint_secret set sealed = set_byte(sealed, length(sealed) - 1, get_byte(sealed, length(sealed) - 1) # 1)
     where endpoint_id = $1`,
    [endpointId],
  );

async function keyOf(endpointId: string): Promise<string | undefined> {
  const { rows } = await shop.database.query<{ key_id: string }>(
    'select key_id from webhooks.endpoint_secret where endpoint_id = $1',
    [endpointId],
  );
  return rows[0]?.key_id;
}

it('that is damaged keeps its own endpoint from being told, and no other', async () => {
  const [damaged, sound] = [await desk.register(receiver.url), await desk.register(receiver.url)];
  await damage(damaged.id);
  const probe = newProbe();
  await tell(shop, moved(probe, 1));
  await desk.until(sound.id, probe, ([last]) => last?.status === 'delivered');
  const [delivery] = await desk.until(damaged.id, probe, ([last]) => last?.status === 'failed');
  expect(new Set(delivery?.attempts.map(({ result }) => result))).toEqual(new Set(['unsigned']));
  expect(receiver.received).toHaveLength(1);

  const mended = await desk.send('POST', `webhook-endpoints/${damaged.id}/secrets`, {});
  expect(mended.status).toBe(200);
  await desk.send('POST', `webhook-deliveries/${delivery?.id ?? ''}/redeliver`);
  await desk.until(damaged.id, probe, ([last]) => last?.status === 'delivered');
});

it('comes under the key of today though more than a hundred before it cannot be opened', async () => {
  const [lost, damaged, sound] = [
    await desk.register(receiver.url),
    await desk.register(receiver.url),
    await desk.register(receiver.url),
  ];
  await damage(damaged.id);
  await shop.database.query(
    `insert into webhooks.endpoint_secret (id, endpoint_id, sealed, key_id)
     select unnest($1::uuid[]), $2, '\\x00', 'a key that nobody has'`,
    [Array.from({ length: 120 }, uuidv7), lost.id],
  );
  // Behind the others in the table too.
  await shop.database.query('update webhooks.endpoint_secret set sealed = sealed where endpoint_id = $1', [
    sound.id,
  ]);
  const sealedBefore = await keyOf(sound.id);
  const rotated = await startTestApp({
    ...trialHooks,
    DATABASE_URL: shop.database.url,
    TOKEN_SECRET: today,
    TOKEN_SECRET_PREVIOUS: before,
  });
  try {
    await eventually('the sound secret under the key of today', async () => {
      const key = await keyOf(sound.id);
      return key !== undefined && key !== sealedBefore;
    });
    expect(await keyOf(damaged.id)).toBe(sealedBefore);
  } finally {
    await rotated.close();
  }
});
