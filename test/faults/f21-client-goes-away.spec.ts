import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { checkFromOutside } from '../support/traffic/checker.js';
import { ClientLog } from '../support/traffic/client-log.js';
import { address, seeded } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const orders = 1000;
const atOnce = 20;
const longestPatienceMs = 300;

/** F21: the client hangs up at a random moment of its checkout and asks again under the same key. */
describe('a shopper whose connection is cut', () => {
  let shop: TestApp;

  beforeAll(async () => {
    shop = await startTestApp();
  }, 60_000);

  afterAll(() => shop.close());

  it('finds the order whole or absent, and one answer when asking again', async () => {
    const log = new ClientLog();
    const client = new ShopClient(shop.url, { observe: log.observe });
    const [sku = ''] = await stockItems(client, await staffToken(client), {
      prefix: 'CUT',
      count: 1,
      units: orders,
    });
    const random = seeded(21);
    const body = {
      lines: [{ sku, quantity: 1 }],
      email: 'shopper@example.com',
      shippingAddress: address,
      expectedTotal: { amountMinor: 100, currency: 'GBP' },
      payment: { provider: 'sandbox', instrument: 'tok_approve' },
    };
    let left = orders;
    const shopper = async (): Promise<void> => {
      while (left-- > 0) {
        const key = randomUUID();
        await sendAndHangUp(shop.url, key, JSON.stringify(body), random() * longestPatienceMs);
        const first = await client.send({ method: 'POST', path: '/v1/orders', body }, key);
        const second = await client.send({ method: 'POST', path: '/v1/orders', body }, key);
        expect(second.text).toBe(first.text);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, shopper));

    const { rows } = await shop.database.query<{ orders: number; placed: number; reserved: number }>(
      `select (select count(*)::int from orders."order") as orders,
        (select count(*)::int from events.outbox where type = 'order.placed') as placed,
        (select sum(reserved)::int from inventory.stock_level) as reserved`,
    );
    expect(rows[0]).toEqual({ orders, placed: orders, reserved: orders });
    expect(await checkFromOutside(shop.database.pool, log)).toEqual([]);
  }, 240_000);
});

async function sendAndHangUp(url: string, key: string, body: string, afterMs: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // A reset is what this test is about; the server's side of it must not matter.
  socket.on('error', () => socket.destroy());
  socket.write(
    `POST /v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nIdempotency-Key: ${key}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await pause(afterMs);
  socket.destroy();
}
