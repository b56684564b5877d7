import { uuidv7 } from 'uuidv7';
import { startTestApp, type TestApp } from '../support/app.js';

let app: TestApp;
let keeper: string;

beforeAll(async () => {
  app = await startTestApp();
  keeper = await app.token('fulfilment');
  const admin = await app.token('admin');
  for (const sku of ['STOCK', 'LEDGER', 'RACE', 'RESERVED', 'EVEN']) {
    const item = { sku, name: 'Thing', price: { amountMinor: 100, currency: 'GBP' } };
    await app.request.post('/v1/items').set('Authorization', `Bearer ${admin}`).send(item).expect(201);
  }
}, 120_000);
afterAll(async () => app?.close());

const move = (path: string, body: object, key = uuidv7()) =>
  app.request
    .post(`/v1/stock/${path}`)
    .set('Authorization', `Bearer ${keeper}`)
    .set('Idempotency-Key', key)
    .send(body);
const look = (path: string) => app.request.get(`/v1/stock${path}`).set('Authorization', `Bearer ${keeper}`);

describe('the stock of an item', () => {
  it('is 0 for a new item, and rises by receipts', async () => {
    await look('/STOCK').expect(200, {
      sku: 'STOCK',
      location: 'main',
      version: 0,
      onHand: 0,
      reserved: 0,
      available: 0,
    });
    const received = await move('STOCK/receipts', { quantity: 12, reason: 'purchase 7' }).expect(201);
    expect(received.body).toEqual({
      sku: 'STOCK',
      location: 'main',
      version: 1,
      onHand: 12,
      reserved: 0,
      available: 12,
    });
    await move('STOCK/adjustments', { delta: -2, reason: 'broken' })
      .expect(201)
      .expect(({ body }) => expect(body).toMatchObject({ onHand: 10, version: 2 }));
    await move('STOCK/recounts', { counted: 9 })
      .expect(201)
      .expect(({ body }) => expect(body).toMatchObject({ onHand: 9, version: 3 }));
  });

  it('moves once under one key, and never without one', async () => {
    const key = uuidv7();
    const first = await move('EVEN/receipts', { quantity: 5 }, key).expect(201);
    const again = await move('EVEN/receipts', { quantity: 5 }, key).expect(201);
    expect(again.text).toBe(first.text);
    await look('/EVEN').expect(({ body }) => expect(body).toMatchObject({ onHand: 5 }));
    const bearer = `Bearer ${keeper}`;
    await app.request
      .post('/v1/stock/EVEN/receipts')
      .set('Authorization', bearer)
      .send({ quantity: 5 })
      .expect(400);
  });

  it('keeps a ledger, newest first, page by page', async () => {
    await move('LEDGER/receipts', { quantity: 5, reason: 'purchase 8' }).expect(201);
    await move('LEDGER/adjustments', { delta: -1, reason: 'lost' }).expect(201);
    await move('LEDGER/recounts', { counted: 4, reason: 'yearly' }).expect(201);
    const first = await look('/LEDGER/movements?limit=2').expect(200);
    const { items, nextCursor } = first.body as { items: object[]; nextCursor: string };
    expect(items).toMatchObject([
      { kind: 'recount', deltaOnHand: 0, reason: 'yearly' },
      {
        kind: 'adjust',
        deltaOnHand: -1,
        deltaReserved: 0,
        reason: 'lost',
        orderId: null,
        actor: expect.stringMatching(/^staff:/),
      },
    ]);
    const second = await look(`/LEDGER/movements?limit=2&cursor=${nextCursor}`).expect(200);
    expect(second.body).toEqual({ items: [expect.objectContaining({ kind: 'receive', deltaOnHand: 5 })] });
  });

  it('refuses what would break a promise, and names the shortfall', async () => {
    await move('RESERVED/receipts', { quantity: 5 }).expect(201);
    await app.database.query(
      `insert into inventory.movement (sku, location, kind, delta_on_hand, delta_reserved, order_id, order_line_id, actor, level_version)
       values ('RESERVED', 'main', 'reserve', 0, 4, $1, $1, 'test', 2)`,
      [uuidv7()],
    );
    await app.database.query(
      `update inventory.stock_level set reserved = 4, version = 2 where sku = 'RESERVED'`,
    );
    const recount = await move('RESERVED/recounts', { counted: 1 }).expect(409);
    expect(recount.body).toMatchObject({
      code: 'recount-below-reserved',
      reserved: 4,
      counted: 1,
      shortfall: 3,
    });
    const adjustment = await move('RESERVED/adjustments', { delta: -3, reason: 'broken' }).expect(409);
    expect(adjustment.body).toMatchObject({
      code: 'adjustment-below-reserved',
      reserved: 4,
      onHand: 5,
      shortfall: 2,
    });
    await look('/RESERVED').expect(({ body }) =>
      expect(body).toMatchObject({ onHand: 5, reserved: 4, available: 1, version: 2 }),
    );
  });

  it('loses no movement when many come at once', async () => {
    const moves = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? move('RACE/receipts', { quantity: 3 })
        : move('RACE/adjustments', { delta: 1, reason: 'found' }),
    );
    for (const answer of await Promise.all(moves)) expect(answer.status).toBe(201);
    await look('/RACE').expect(({ body }) => expect(body).toMatchObject({ onHand: 40, version: 20 }));
  });

  it('is listed by sku', async () => {
    const first = await look('?limit=3').expect(200);
    const { items, nextCursor } = first.body as { items: { sku: string }[]; nextCursor: string };
    expect(items.map(({ sku }) => sku)).toEqual(['EVEN', 'LEDGER', 'RACE']);
    const second = await look(`?limit=3&cursor=${nextCursor}`).expect(200);
    expect((second.body as { items: { sku: string }[] }).items.map(({ sku }) => sku)).toEqual([
      'RESERVED',
      'STOCK',
    ]);
  });

  it('is shown to staff only, and moved by those who may', async () => {
    await app.request.get('/v1/stock/STOCK').expect(401);
    const support = `Bearer ${await app.token('support')}`;
    await app.request.get('/v1/stock/STOCK').set('Authorization', support).expect(200);
    await app.request
      .post('/v1/stock/STOCK/receipts')
      .set('Authorization', support)
      .set('Idempotency-Key', uuidv7())
      .send({ quantity: 1 })
      .expect(403);
    const customer = `Bearer ${await app.token('customer')}`;
    await app.request.get('/v1/stock/STOCK').set('Authorization', customer).expect(403);
  });

  it('is refused for unknown items and impossible figures', async () => {
    await look('/NO-SUCH').expect(404);
    await look('/NO-SUCH/movements').expect(404);
    await move('NO-SUCH/receipts', { quantity: 1 }).expect(404);
    for (const [path, body] of [
      ['receipts', { quantity: 0 }],
      ['receipts', { quantity: 1.5 }],
      ['receipts', { quantity: '1' }],
      ['receipts', { quantity: 10_000_001 }],
      ['adjustments', { delta: 0, reason: 'x' }],
      ['adjustments', { delta: 1 }],
      ['recounts', { counted: -1 }],
      ['recounts', { counted: 1, onHand: 2 }],
    ] as const) {
      await move(`STOCK/${path}`, body).expect(400);
    }
  });
});
