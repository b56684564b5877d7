import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';
import { violationsIn } from '../support/violations.js';

const runs = process.env['TEST_LANE'] === 'long' ? 200 : 30;
const atOnce = 10;

/** How webhooks travel, and whether the answer to the call itself arrives. */
const manners: [string, string, object][] = [
  ['before the answer', 'tok_approve+webhook_early', {}],
  ['a day late', 'tok_approve+webhook_late', { lateMs: 2000 }],
  ['in the wrong order', 'tok_approve+webhook_shuffled', {}],
  ['twice, of a call without an answer', 'tok_timeout_after+webhook_twice', {}],
  ['for a pending payment, one in ten lost', 'tok_pending', { pendingMs: 300, lostShare: 0.1 }],
  ['never', 'tok_timeout_after+webhook_lost', {}],
];

/** F18: webhooks come as networks bring them; what was lost is found by look-up. */
describe('webhooks of a payment provider', () => {
  let shop: TestApp;
  let actions: ShopActions;

  beforeAll(async () => {
    shop = await startTestApp({
      PAYMENT_TIMEOUT_MS: '400',
      PAYMENT_LEASE_SECONDS: '1',
      SETTLE_INTERVAL_MS: '50',
      PAYMENT_RECONCILE_SECONDS: '1',
    });
    const client = new ShopClient(shop.url);
    const token = await staffToken(client);
    const skus = await stockItems(client, token, { prefix: 'HOOK', count: 3, units: 10_000 });
    actions = new ShopActions(client, token, skus, seeded(18));
  }, 60_000);

  afterAll(() => shop.close());

  it.each(manners)(
    `that come %s have one effect on each of ${runs} orders`,
    async (_what, instrument, control) => {
      await fetch(`${shop.config.SANDBOX_URL}/control`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(control),
      });
      const orderIds: string[] = [];
      let left = runs;
      const shopper = async (): Promise<void> => {
        while (left-- > 0) {
          const answer = await actions.buy(instrument);
          orderIds.push((answer?.body as { id: string }).id);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, shopper));
      await settled(shop, orderIds);
      const { rows } = await shop.database.query<{ captured: number; orders: number }>(
        `select count(*)::int as captured, count(distinct p.order_id)::int as orders
         from payments.payment_transaction t join payments.payment p on p.id = t.payment_id
         where p.order_id = any($1) and t.kind = 'capture' and t.state = 'succeeded'`,
        [orderIds],
      );
      expect(rows[0]).toEqual({ captured: runs, orders: runs });
      expect(await violationsIn(shop)).toEqual([]);
    },
    240_000,
  );
});

/** Every order is paid, and every webhook that was not lost has been taken. */
async function settled(shop: TestApp, orderIds: string[]): Promise<void> {
  const giveUpAt = Date.now() + 150_000;
  for (;;) {
    const { rows } = await shop.database.query<{ open: number; waiting: number }>(
      `select (select count(*)::int from orders."order" where id = any($1) and (status, payment_status) <> ('confirmed', 'paid')) as open,
         (select count(*)::int from sandbox.webhook where taken_at is null and not lost) as waiting`,
      [orderIds],
    );
    if (rows[0]?.open === 0 && rows[0].waiting === 0) return;
    if (Date.now() > giveUpAt) throw new Error(`not settled: ${JSON.stringify(rows[0])}`);
    await pause(100);
  }
}
