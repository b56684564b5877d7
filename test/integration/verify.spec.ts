import { Workers } from '../../src/platform/workers/workers.js';
import { invariants } from '../../src/verify/invariants.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { breakages, withoutConstraints } from '../support/broken-shop.js';
import { OrderDesk } from '../support/order-desk.js';
import { violationsIn } from '../support/violations.js';
import { sumOf } from '../support/traffic/checker.js';

jest.setTimeout(60_000);

let shop: TestApp;
let desk: OrderDesk;
beforeAll(async () => {
  shop = await startTestApp({ VERIFY_INTERVAL_MS: '200', SETTLE_INTERVAL_MS: '50' });
  desk = await OrderDesk.open(shop);
  await liveThroughADay();
});
afterAll(() => shop.close());

/** Orders in every state, so that every statement has rows to look at. */
async function liveThroughADay(): Promise<void> {
  for (let paid = 0; paid < 3; paid += 1)
    await desk.until(await desk.charged('tok_approve'), (order) => order.paymentStatus === 'paid');
  const delivered = await desk.charged('tok_approve', [{ sku: desk.sku(1), quantity: 2 }]);
  const [parcel] = (await desk.until(delivered, (order) => order.deliveries.length === 1)).deliveries;
  await desk.ship(parcel?.id ?? '');
  await desk.scan(parcel?.id ?? '', 'delivered');
  await desk.until(delivered, (order) => order.status === 'completed');
  await desk.cancel(await desk.invoiced());
  await desk.charged('tok_decline');
  await desk.checkOut(await desk.fillCart([{ sku: desk.sku(2), quantity: 3 }]), { provider: 'invoice' });
  await desk.fillCart([{ sku: desk.sku(0), quantity: 1 }]);
}

it('holds in a shop that lived through a day', async () => {
  expect(await violationsIn(shop)).toEqual([]);
});

it('says so in the metrics', async () => {
  const { text } = await shop.request.get('/metrics').expect(200);
  for (const id of new Set(invariants.map((invariant) => invariant.id)))
    expect(text).toContain(`invariant_violations{invariant="${id}"} 0`);
  expect(sumOf(text, 'invariant_violations')).toBe(0);
});

it('proves what the table of guarantees promises of the database', () => {
  const proven = new Set(invariants.map(({ id }) => id));
  expect([...proven]).toEqual([
    'I1',
    'I2',
    'I3',
    'I4',
    'I5',
    'I6',
    'I7',
    'I8',
    'I10',
    'I11',
    'I15',
    'I16',
    'I17',
  ]);
});

describe('each statement, when the tables are broken behind the shop’s back', () => {
  beforeAll(() => shop.app.get(Workers, { strict: false }).beforeApplicationShutdown());

  it.each(invariants.map((invariant) => [invariant.id, invariant.title, invariant.sql]))(
    '%s is found: %s',
    async (_id, title, sql) => {
      const breakage = breakages.find((one) => title.startsWith(one.title));
      if (!breakage) throw new Error(`nothing breaks "${title}": a check that cannot fail proves nothing`);
      const client = await shop.database.pool.connect();
      try {
        await client.query('begin');
        await client.query(withoutConstraints);
        await client.query(breakage.sql);
        expect((await client.query(sql)).rows).not.toEqual([]);
      } finally {
        await client.query('rollback');
        client.release();
      }
    },
  );
});
