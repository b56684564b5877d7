import { setTimeout as pause } from 'node:timers/promises';
import { failPoints } from '../../src/platform/faults/index.js';
import { ShopClient } from '../../src/replay/shop-client.js';
import { ShopProcess } from '../support/shop-process.js';
import { checkFromOutside } from '../support/traffic/checker.js';
import { ClientLog } from '../support/traffic/client-log.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';
import { databaseOf } from '../support/shop-database.js';

const reactions = ['exit', 'throw', 'stall', 'cut'];

/** F1: the crash matrix, on the embedded profile. */
describe.each(reactions)('when a fail point reacts by %s', (reaction) => {
  let shop: ShopProcess;
  let client: ShopClient;
  let actions: ShopActions;
  const log = new ClientLog();

  beforeAll(async () => {
    shop = await ShopProcess.start({ isSupervised: true, env: { SETTLE_INTERVAL_MS: '100' } });
    client = new ShopClient(shop.url, { observe: log.observe });
    const token = await staffToken(client);
    const skus = await stockItems(client, token, { prefix: 'CRASH', count: 3, units: 1000 });
    actions = new ShopActions(client, token, skus, seeded(1));
  }, 120_000);

  afterAll(() => shop.stop(), 60_000);

  it.each(failPoints)(
    'a checkout that walks through %s gets one 2xx and every invariant holds',
    async (point) => {
      const startsBefore = shop.starts;
      await shop.restart({ FAIL_POINT: `${point}:${reaction}` });
      const answer = await actions.buy();
      expect(answer?.status).toBeGreaterThanOrEqual(200);
      expect(answer?.status).toBeLessThan(300);
      const orderId = (answer?.body as { id: string }).id;
      await confirmed(client, orderId, answer?.headers.get('order-token') ?? '');
      await reacted(shop, `fail point ${point}: ${reaction}`);
      await shop.ready();
      if (reaction === 'exit') expect(shop.starts).toBe(startsBefore + 2);
      const verified = await shop.cli('verify');
      expect(verified).toMatchObject({ code: 0 });
    },
    120_000,
  );

  it('no acknowledged write is lost, none is unexplained, every replay is equal', async () => {
    const database = await databaseOf(shop);
    try {
      expect(await checkFromOutside(database, log, { logLines: shop.logLines })).toEqual([]);
    } finally {
      await database.end();
    }
  }, 30_000);
});

async function confirmed(client: ShopClient, orderId: string, token: string): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const answer = await client.send({
      method: 'GET',
      path: `/v1/orders/${orderId}`,
      headers: { 'Order-Token': token },
    });
    const { status } = answer.body as { status: string };
    if (status === 'confirmed') return;
    if (Date.now() > giveUpAt) throw new Error(`the order stays ${status}`);
  }
}

/** What comes after the answer, as events do, may react a moment later. */
async function reacted(shop: ShopProcess, line: string): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!shop.logLines.some((each) => each.includes(line))) {
    if (Date.now() > giveUpAt) throw new Error(`never seen: ${line}`);
    await pause(20);
  }
}
