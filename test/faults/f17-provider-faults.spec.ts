import { ShopClient, ShopRefusal } from '../../src/replay/shop-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';
import { violationsIn } from '../support/violations.js';

const runs = process.env['TEST_LANE'] === 'long' ? 100 : 10;
const atOnce = 10;

/** What each fault must end in once it is settled. */
const faults: [string, 'confirmed' | 'pending'][] = [
  ['tok_approve', 'confirmed'],
  ['tok_decline', 'pending'],
  ['tok_429', 'confirmed'],
  ['tok_fail_before', 'confirmed'],
  ['tok_fail_after', 'confirmed'],
  ['tok_timeout_before', 'confirmed'],
  ['tok_timeout_after', 'confirmed'],
  ['tok_reset', 'confirmed'],
  ['tok_slow', 'confirmed'],
];

/** F17: the payment provider misbehaves in every way it can. */
describe('a payment provider that fails', () => {
  let shop: TestApp;
  let client: ShopClient;
  let actions: ShopActions;

  beforeAll(async () => {
    shop = await startTestApp({
      PAYMENT_TIMEOUT_MS: '400',
      PAYMENT_LEASE_SECONDS: '1',
      SETTLE_INTERVAL_MS: '50',
    });
    client = new ShopClient(shop.url);
    const token = await staffToken(client);
    const skus = await stockItems(client, token, { prefix: 'PSP', count: 3, units: 10_000 });
    actions = new ShopActions(client, token, skus, seeded(17));
  }, 60_000);

  afterAll(() => shop.close());

  it.each(faults)(
    `by %s: ${runs} shoppers each get one outcome, %s, and are charged at most once`,
    async (instrument, outcome) => {
      const orderIds: string[] = [];
      let left = runs;
      const shopper = async (): Promise<void> => {
        while (left-- > 0) orderIds.push(await orderBy(instrument));
      };
      await Promise.all(Array.from({ length: atOnce }, shopper));
      const giveUpAt = Date.now() + 60_000;
      while ((await unsettled(shop, orderIds, outcome)) > 0) {
        if (Date.now() > giveUpAt)
          throw new Error(
            `${await unsettled(shop, orderIds, outcome)} orders of ${instrument} are not ${outcome}`,
          );
      }
      const { rows } = await shop.database.query<{ captures: number }>(
        `select count(*)::int as captures from sandbox.psp_transaction t
         join payments.payment p on p.id::text = t.reference
         where p.order_id = any($1) and t.kind = 'capture' and t.state = 'succeeded'`,
        [orderIds],
      );
      expect(rows[0]?.captures).toBe(outcome === 'confirmed' ? runs : 0);
      expect(await violationsIn(shop)).toEqual([]);
    },
    180_000,
  );

  async function orderBy(instrument: string): Promise<string> {
    const cart = await actions.fillCart(1);
    const started = performance.now();
    try {
      const answer = await actions.checkOut(cart, instrument);
      if (answer) return (answer.body as { id: string }).id;
    } catch (error) {
      if (!(error instanceof ShopRefusal)) throw error;
    }
    expect(performance.now() - started).toBeLessThan(80_000);
    const cartId = cart.path.split('/').at(-1);
    const { rows } = await shop.database.query<{ id: string }>(
      'select id from orders."order" where cart_id = $1',
      [cartId],
    );
    return rows[0]?.id ?? '';
  }
});

async function unsettled(shop: TestApp, orderIds: string[], outcome: string): Promise<number> {
  const { rows } = await shop.database.query<{ count: number }>(
    `select count(*)::int as count from orders."order" o where o.id = any($1) and (o.status <> $2 or exists
      (select 1 from payments.payment_transaction t join payments.payment p on p.id = t.payment_id
       where p.order_id = o.id and t.state in ('pending', 'unknown')))`,
    [orderIds, outcome],
  );
  return rows[0]?.count ?? 0;
}
