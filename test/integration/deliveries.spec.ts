import { randomUUID } from 'node:crypto';
import { DeliveriesService } from '../../src/deliveries/index.js';
import { InventoryService } from '../../src/inventory/index.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { countStatements } from '../support/statements.js';
import { ShopClient } from '../../src/replay/shop-client.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

interface Parcel {
  orderId: string;
  lines: { orderLineId: string; sku: string; name: string; quantity: number }[];
}

describe('deliveries', () => {
  let shop: TestApp;
  let token: string;
  let skus: string[];

  beforeAll(async () => {
    shop = await startTestApp({ SANDBOX_CARRIER_PACE_MS: '20' });
    const client = new ShopClient(shop.url);
    token = await staffToken(client);
    skus = await stockItems(client, token, { prefix: 'PARCEL', count: 3, units: 10_000 });
  }, 60_000);

  afterAll(() => shop.close());

  /** A confirmed order's parcel, with its stock reserved, as orders opens it. */
  async function open(...quantities: number[]): Promise<Parcel> {
    const orderId = randomUUID();
    const lines = quantities.map((quantity, index) => ({
      orderLineId: randomUUID(),
      sku: skus[index] ?? '',
      name: 'A thing',
      quantity,
    }));
    await shop.app.get(Transaction).run(async () => {
      await shop.app.get(DeliveriesService, { strict: false }).open({ orderId, address, lines });
      await shop.app.get(InventoryService, { strict: false }).reserve(orderId, lines);
      await shop.app.get(InventoryService, { strict: false }).commit(orderId);
    });
    return { orderId, lines };
  }

  async function deliveryIds(orderId: string): Promise<string[]> {
    const { rows } = await shop.database.query<{ id: string }>(
      'select id from deliveries.delivery where order_id = $1 order by id',
      [orderId],
    );
    return rows.map((row) => row.id);
  }

  function post(
    path: string,
    body: object,
    as = token,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    return fetch(`${shop.url}/v1/deliveries/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${as}`,
        'content-type': 'application/json',
        'Idempotency-Key': randomUUID(),
      },
      body: JSON.stringify(body),
    }).then(async (answer) => ({
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown>,
    }));
  }

  async function eventsOf(deliveryId: string): Promise<string[]> {
    const { rows } = await shop.database.query<{ type: string }>(
      'select type from events.outbox where aggregateid = $1 order by sequence',
      [deliveryId],
    );
    return rows.map((row) => row.type);
  }

  it('are packed, shipped with a tracking number and tracked to the doorstep, and the stock leaves at ship', async () => {
    const { orderId, lines } = await open(2);
    const [id = ''] = await deliveryIds(orderId);
    const before = await onHand(skus[0]);
    expect(await post(`${id}/pack`, {})).toMatchObject({ status: 200, body: { status: 'packed' } });
    expect(await post(`${id}/ship`, { carrier: 'manual', trackingNumber: `T-${id}` })).toMatchObject({
      status: 200,
      body: { status: 'shipped' },
    });
    expect(await onHand(skus[0])).toBe(before - (lines[0]?.quantity ?? 0));
    const scan = {
      eventId: `scan-${id}`,
      status: 'delivered',
      rawStatus: 'HANDED OVER',
      scannedAt: new Date().toISOString(),
    };
    expect(await post(`${id}/tracking-events`, scan)).toMatchObject({
      status: 201,
      body: { status: 'delivered' },
    });
    expect(await eventsOf(id)).toEqual([
      'delivery.opened',
      'delivery.packed',
      'delivery.shipped',
      'delivery.delivered',
    ]);
  });

  it('record each scan once and never go back for a late one', async () => {
    const { orderId } = await open(1);
    const [id = ''] = await deliveryIds(orderId);
    await post(`${id}/ship`, { carrier: 'manual', trackingNumber: `T-${id}` });
    const scanned = (eventId: string, status: string) =>
      post(`${id}/tracking-events`, {
        eventId: `${eventId}-${id}`,
        status,
        rawStatus: status,
        scannedAt: new Date().toISOString(),
      });
    await scanned('b', 'out_for_delivery');
    await Promise.all(Array.from({ length: 10 }, () => scanned('c', 'delivered')));
    const late = await scanned('a', 'in_transit');
    expect(late.body).toMatchObject({
      status: 'delivered',
      tracking: [{ hasMoved: true }, { hasMoved: true }, { hasMoved: false }],
    });
    expect(await eventsOf(id)).toEqual([
      'delivery.opened',
      'delivery.shipped',
      'delivery.tracked',
      'delivery.delivered',
      'delivery.tracked',
    ]);
  });

  it('stay in trouble when a scan comes late that was made before it', async () => {
    const { orderId } = await open(1);
    const [id = ''] = await deliveryIds(orderId);
    await post(`${id}/ship`, { carrier: 'manual', trackingNumber: `T-${id}` });
    const scanned = (status: string, scannedAt: string) =>
      post(`${id}/tracking-events`, { eventId: `${status}-${id}`, status, rawStatus: status, scannedAt });
    await scanned('attempt_failed', '2026-01-05T12:00:00Z');
    expect((await scanned('in_transit', '2026-01-05T09:00:00Z')).body).toMatchObject({
      status: 'attempt_failed',
      tracking: [{ hasMoved: false }, { hasMoved: true }],
    });
    expect((await scanned('out_for_delivery', '2026-01-05T13:00:00Z')).body).toMatchObject({
      status: 'out_for_delivery',
    });
  });

  it('are split with quantities conserved, and refuse to give more than they hold', async () => {
    const { orderId, lines } = await open(5, 3);
    const [id = ''] = await deliveryIds(orderId);
    const [first] = lines;
    const tooMuch = await post(`${id}/split`, { lines: [{ orderLineId: first?.orderLineId, quantity: 6 }] });
    expect(tooMuch).toMatchObject({ status: 422, body: { code: 'split-not-possible' } });
    expect(
      await post(`${id}/split`, { lines: [{ orderLineId: first?.orderLineId, quantity: 2 }] }),
    ).toMatchObject({ status: 201 });
    const { rows } = await shop.database.query<{ quantity: number }>(
      `select sum(l.quantity)::int as quantity from deliveries.line l join deliveries.delivery d on d.id = l.delivery_id where d.order_id = $1`,
      [orderId],
    );
    expect(rows[0]?.quantity).toBe(8);
    expect(await deliveryIds(orderId)).toHaveLength(2);
  });

  it('are shipped once by ten who try at the same time', async () => {
    const { orderId } = await open(1);
    const [id = ''] = await deliveryIds(orderId);
    const before = await onHand(skus[0]);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_none, index) =>
        post(`${id}/ship`, { carrier: 'manual', trackingNumber: `T${index}-${id}` }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 409),
    ]);
    expect(await onHand(skus[0])).toBe(before - 1);
  });

  it('give units back before they leave, and not after', async () => {
    const { orderId, lines } = await open(4);
    const deliveries = shop.app.get(DeliveriesService, { strict: false });
    const cancel = (quantity: number) =>
      shop.app.get(Transaction).run(() =>
        deliveries.cancel(orderId, {
          lines: [{ orderLineId: lines[0]?.orderLineId ?? '', quantity }],
          allowPacked: true,
        }),
      );
    expect(await cancel(1)).toEqual([{ orderLineId: lines[0]?.orderLineId, quantity: 1 }]);
    await expect(cancel(4)).rejects.toMatchObject({ code: 'delivery-already-dispatched' });
    const { rows } = await shop.database.query<{ status: string; quantity: number }>(
      `select d.status, l.quantity from deliveries.delivery d join deliveries.line l on l.delivery_id = d.id where d.order_id = $1 order by l.quantity`,
      [orderId],
    );
    expect(rows).toEqual([
      { status: 'canceled', quantity: 1 },
      { status: 'pending', quantity: 3 },
    ]);
  });

  it('travel by the sandbox carrier, from its booking to its last signed scan', async () => {
    const { orderId } = await open(1);
    const [id = ''] = await deliveryIds(orderId);
    expect(await post(`${id}/ship`, { carrier: 'sandbox' })).toMatchObject({
      status: 200,
      body: { status: 'shipped' },
    });
    const giveUpAt = Date.now() + 20_000;
    for (let status = ''; status !== 'delivered';) {
      const answer = await fetch(`${shop.url}/v1/deliveries/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      ({ status } = (await answer.json()) as { status: string });
      if (Date.now() > giveUpAt) throw new Error(`the parcel stays ${status}`);
    }
    expect((await eventsOf(id)).filter((type) => type === 'delivery.estimate_changed')).toHaveLength(1);
  }, 30_000);

  it('put returned units back on the shelf', async () => {
    const { orderId } = await open(2);
    const [id = ''] = await deliveryIds(orderId);
    const before = await onHand(skus[0]);
    await post(`${id}/ship`, { carrier: 'manual', trackingNumber: `T-${id}` });
    const scan = {
      eventId: `back-${id}`,
      status: 'returned',
      rawStatus: 'BACK',
      scannedAt: new Date().toISOString(),
    };
    expect(await post(`${id}/tracking-events`, scan)).toMatchObject({ body: { status: 'returned' } });
    expect(await onHand(skus[0])).toBe(before);
  });

  it('refuse a forged scan, and one of a parcel that is not there', async () => {
    const answer = await fetch(`${shop.url}/v1/webhooks/carriers/sandbox`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': 'x',
        'webhook-timestamp': '1',
        'webhook-signature': 'v1,AAAA',
      },
      body: '{}',
    });
    expect(answer.status).toBe(401);
    expect(await post(`${randomUUID()}/pack`, {})).toMatchObject({
      status: 404,
      body: { code: 'delivery-not-found' },
    });
  });

  it('cost the same few statements whether one is shown or listed with many', async () => {
    for (let index = 0; index < 5; index += 1) await open(1, 1);
    const get = (path: string) =>
      fetch(`${shop.url}/v1/deliveries${path}`, { headers: { authorization: `Bearer ${token}` } });
    const few = await countStatements(() => get('?limit=1'));
    const many = await countStatements(() => get('?limit=200'));
    expect(many.count).toBe(few.count);
  });

  async function onHand(sku: string | undefined): Promise<number> {
    const { rows } = await shop.database.query<{ onHand: number }>(
      'select on_hand::int as "onHand" from inventory.stock_level where sku = $1',
      [sku],
    );
    return rows[0]?.onHand ?? 0;
  }
});
