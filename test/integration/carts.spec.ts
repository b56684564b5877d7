import { randomUUID } from 'node:crypto';
import { cartInvariants } from '../../src/carts/index.js';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  add,
  address,
  cartIn,
  changeItem,
  describeCart,
  eventsOf,
  openCustomerCart,
  openGuestCart,
  see,
  sell,
  sellMany,
  unitsOf,
} from '../support/cart-shop.js';

let shop: TestApp;
let a: string;
let b: string;

beforeAll(async () => {
  shop = await startTestApp();
  [a = '', b = ''] = await sell(shop, { price: 255 }, { price: 100 });
}, 120_000);
afterAll(async () => shop?.close());

afterEach(async () => {
  for (const { title, sql } of cartInvariants) {
    const { rows } = await shop.database.query(sql);
    expect({ title, rows }).toEqual({ title, rows: [] });
  }
});

describe('opening a cart', () => {
  it('gives a guest a secret token, in a header alone, and keeps only its hash', async () => {
    const answer = await shop.request.post('/v1/carts').send({}).expect(201);
    const token = answer.headers['cart-token'] ?? '';
    const { id } = cartIn(answer);
    expect(answer.headers['location']).toBe(`/v1/carts/${id}`);
    expect(token.length).toBeGreaterThanOrEqual(43);
    expect(answer.text).not.toContain(token);
    expect(answer.body).toMatchObject({
      version: 1,
      status: 'open',
      currency: 'GBP',
      customerId: null,
      lineCount: 0,
      lines: [],
    });
    await shop.request.get(`/v1/carts/${id}`).set('Cart-Token', token).expect(200);
    expect(await eventsOf(shop, id)).toEqual(['cart.created 1']);
  });

  it('takes the first lines along, and no body at all', async () => {
    const cart = await openGuestCart(shop, [
      { sku: a, quantity: 2 },
      { sku: b, quantity: 1 },
    ]);
    expect(await see(shop, cart)).toMatchObject({
      lineCount: 2,
      totals: { subtotal: 610, total: 610, currency: 'GBP' },
    });
    await shop.request.post('/v1/carts').expect(201);
  });

  it('gives a customer a cart without a token', async () => {
    const headers = { Authorization: `Bearer ${await shop.token('customer', 'anna')}` };
    const answer = await shop.request.post('/v1/carts').set(headers).send({}).expect(201);
    expect(answer.headers['cart-token']).toBeUndefined();
    expect(answer.body).toMatchObject({ customerId: expect.any(String) });
  });

  it('opens one cart for one key, and shows the token again', async () => {
    const key = randomUUID();
    const open = () => shop.request.post('/v1/carts').set('Idempotency-Key', key).send({});
    const first = await open().expect(201);
    const again = await open().expect(201);
    expect(again.text).toBe(first.text);
    expect(again.headers['cart-token']).toBe(first.headers['cart-token']);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it('refuses items that are not on sale and leaves no cart behind', async () => {
    const before = await cartCount();
    const answer = await shop.request
      .post('/v1/carts')
      .send({
        lines: [
          { sku: a, quantity: 1 },
          { sku: 'no-such', quantity: 1 },
        ],
      })
      .expect(422);
    expect(answer.body).toMatchObject({ code: 'not-available', errors: [{ pointer: '#/lines/1/sku' }] });
    expect(await cartCount()).toBe(before);
  });
});

describe('a cart', () => {
  it('is there for its owner alone', async () => {
    const guest = await openGuestCart(shop);
    const mine = await openCustomerCart(shop, 'anna');
    const other = await openCustomerCart(shop, 'boris');
    const support = { Authorization: `Bearer ${await shop.token('support')}` };
    await shop.request.get(guest.path).expect(401);
    for (const [path, headers] of [
      [guest.path, mine.headers],
      [mine.path, guest.headers],
      [mine.path, other.headers],
    ] as const) {
      const foreign = { path, id: path.slice(-36), headers };
      await shop.request.get(path).set(headers).expect(404);
      await shop.request.get(`${path}/lines`).set(headers).expect(404);
      await add(shop, foreign, { sku: a, quantity: 1 }).expect(404);
      await shop.request.post(`${path}/validate`).set(headers).send({}).expect(404);
      await shop.request.patch(path).set(headers).set('If-Match', '*').send({ note: 'x' }).expect(404);
      await shop.request.delete(`${path}/lines/${randomUUID()}`).set(headers).expect(404);
    }
    await shop.request.get(guest.path).set(support).expect(200);
    await add(shop, { ...guest, headers: support }, { sku: a, quantity: 1 }).expect(403);
  });

  it('has an ETag that follows its version and the live prices', async () => {
    const [sku = ''] = await sell(shop, { price: 300 });
    const cart = await openGuestCart(shop, [{ sku, quantity: 1 }]);
    const first = await shop.request.get(cart.path).set(cart.headers).expect(200);
    const etag = first.headers['etag'] ?? '';
    expect(etag).toMatch(/^"cart-1\./);
    await shop.request.get(cart.path).set(cart.headers).set('If-None-Match', etag).expect(304);
    await changeItem(shop, sku, { priceMinor: 400 });
    const dearer = await shop.request.get(cart.path).set(cart.headers).set('If-None-Match', etag).expect(200);
    expect(cartIn(dearer)).toMatchObject({
      version: 1,
      totals: { total: 400 },
      lines: [{ unitPrice: 400, seenUnitPrice: 300 }],
    });
    expect(dearer.headers['etag']).not.toBe(etag);
  });

  it('with more than 200 lines leads to them by pages', async () => {
    const skus = await sellMany(shop, 201);
    const cart = await openGuestCart(
      shop,
      skus.slice(0, 200).map((sku) => ({ sku, quantity: 1 })),
    );
    expect((await see(shop, cart)).lines).toHaveLength(200);
    const long = cartIn(await add(shop, cart, { sku: skus[200] ?? '', quantity: 1 }).expect(200));
    expect(long).toMatchObject({ lineCount: 201, linesUrl: `${cart.path}/lines`, totals: { total: 20_100 } });
    expect(long.lines).toBeUndefined();
    const found: string[] = [];
    for (let path: string | undefined = `${cart.path}/lines?limit=100`; path;) {
      const page = await shop.request.get(path).set(cart.headers).expect(200);
      const { items, nextCursor } = page.body as { items: { sku: string }[]; nextCursor?: string };
      found.push(...items.map(({ sku }) => sku));
      path = nextCursor && `${cart.path}/lines?limit=100&cursor=${nextCursor}`;
    }
    expect(found).toEqual(skus);
    await shop.request.get(`${cart.path}/lines?cursor=nonsense`).set(cart.headers).expect(400);
  });
});

describe('lines', () => {
  it('are added, one or many in a call, to the line of their sku', async () => {
    const cart = await openGuestCart(shop, [{ sku: a, quantity: 1 }]);
    const answer = await add(shop, cart, { sku: b, quantity: 2 }, { sku: a, quantity: 3 }).expect(200);
    expect(unitsOf(cartIn(answer))).toEqual({ [a]: 4, [b]: 2 });
    expect(cartIn(answer).totals.total).toBe(4 * 255 + 200);
    expect(await eventsOf(shop, cart.id)).toEqual(['cart.created 1', 'cart.lines_changed 2']);
  });

  it('are not doubled by a retry under the same key', async () => {
    const cart = await openGuestCart(shop);
    const key = randomUUID();
    const first = await add(shop, cart, { sku: a, quantity: 2 }).set('Idempotency-Key', key).expect(200);
    const again = await add(shop, cart, { sku: a, quantity: 2 }).set('Idempotency-Key', key).expect(200);
    expect(again.text).toBe(first.text);
    expect(unitsOf(await see(shop, cart))).toEqual({ [a]: 2 });
  });

  it('are set and removed by their id', async () => {
    const cart = await openGuestCart(shop, [
      { sku: a, quantity: 1 },
      { sku: b, quantity: 1 },
    ]);
    const [first, second] = (await see(shop, cart)).lines ?? [];
    const set = await shop.request
      .patch(`${cart.path}/lines/${first?.lineId}`)
      .set(cart.headers)
      .send({ quantity: 9 })
      .expect(200);
    expect(unitsOf(cartIn(set))).toEqual({ [a]: 9, [b]: 1 });
    const path = `${cart.path}/lines/${second?.lineId}`;
    const removed = await shop.request.delete(path).set(cart.headers).expect(200);
    expect(unitsOf(cartIn(removed))).toEqual({ [a]: 9 });
    await shop.request.delete(path).set(cart.headers).expect(404);
    await shop.request.patch(path).set(cart.headers).send({ quantity: 1 }).expect(404);
    expect(await eventsOf(shop, cart.id)).toEqual([
      'cart.created 1',
      'cart.lines_changed 2',
      'cart.lines_changed 3',
    ]);
  });

  it('of an item that was taken off sale stay, are marked, and can be removed but not added to', async () => {
    const [sku = ''] = await sell(shop, {});
    const cart = await openGuestCart(shop, [{ sku, quantity: 2 }]);
    await changeItem(shop, sku, { active: false });
    const [line] = (await see(shop, cart)).lines ?? [];
    expect(line).toMatchObject({ sku, isAvailable: false, total: 200 });
    await add(shop, cart, { sku, quantity: 1 }).expect(422);
    await shop.request.delete(`${cart.path}/lines/${line?.lineId}`).set(cart.headers).expect(200);
  });

  it('beyond the limits are refused as a whole', async () => {
    const cart = await openGuestCart(shop, [{ sku: a, quantity: 99_999 }]);
    const answer = await add(shop, cart, { sku: b, quantity: 1 }, { sku: a, quantity: 2 }).expect(422);
    expect(answer.body).toMatchObject({
      code: 'quantity-limit',
      limit: 100_000,
      errors: [{ pointer: '#/lines/1/quantity' }],
    });
    expect(unitsOf(await see(shop, cart))).toEqual({ [a]: 99_999 });
    for (const quantity of [0, -1, 1.5, 100_001, '1', null]) {
      await shop.request
        .post(`${cart.path}/lines`)
        .set(cart.headers)
        .send({ lines: [{ sku: a, quantity }] })
        .expect(400);
    }
    await shop.request
      .post(`${cart.path}/lines`)
      .set(cart.headers)
      .send({ lines: [{ sku: a, quantity: 1, price: 1 }] })
      .expect(400);
    await shop.request.post(`${cart.path}/lines`).set(cart.headers).send({ lines: [] }).expect(400);
  });

  it('whose amounts cannot be counted exactly are refused', async () => {
    const [sku = ''] = await sell(shop, { price: 900_000_000_000 });
    const cart = await openGuestCart(shop);
    expect((await add(shop, cart, { sku, quantity: 100_000 }).expect(422)).body).toMatchObject({
      code: 'total-too-large',
    });
    expect(await see(shop, cart)).toMatchObject({ lineCount: 0, version: 1 });
  });

  it('come 2,000 in one call and not one more', async () => {
    const skus = await sellMany(shop, 2001);
    const cart = await openGuestCart(shop);
    const all = skus.map((sku) => ({ sku, quantity: 1 }));
    await add(shop, cart, ...all).expect(400);
    expect(cartIn(await add(shop, cart, ...all.slice(0, 2000)).expect(200))).toMatchObject({
      lineCount: 2000,
      totals: { total: 200_000 },
    });
    expect((await add(shop, cart, { sku: skus[2000] ?? '', quantity: 1 }).expect(422)).body).toMatchObject({
      code: 'line-limit',
      limit: 2000,
    });
  }, 30_000);
});

describe('details', () => {
  it('are set by who has seen the cart as it is', async () => {
    const cart = await openGuestCart(shop);
    const details = { email: 'a@example.com', shippingAddress: address, note: 'ring twice' };
    const answer = await describeCart(shop, cart, details);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...details, billingAddress: null, version: 2 });
    expect((await describeCart(shop, cart, { note: null })).body).toMatchObject({
      email: 'a@example.com',
      note: null,
      version: 3,
    });
    const { rows } = await shop.database.query('select payload from events.outbox where aggregateid = $1', [
      cart.id,
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/a@example|High Street|ring twice/);
  });

  it('want If-Match, and the version that is', async () => {
    const cart = await openGuestCart(shop);
    const { headers } = await shop.request.get(cart.path).set(cart.headers).expect(200);
    const describe = () => shop.request.patch(cart.path).set(cart.headers).send({ note: 'x' });
    await describe().expect(428);
    await add(shop, cart, { sku: a, quantity: 1 }).expect(200);
    expect(
      (
        await describe()
          .set('If-Match', headers['etag'] ?? '')
          .expect(412)
      ).body,
    ).toMatchObject({ code: 'version-mismatch' });
  });

  it('are refused where they are none', async () => {
    const cart = await openGuestCart(shop);
    const bad = [
      {},
      { email: 'nobody' },
      { shippingAddress: { name: 'x' } },
      { status: 'ordered' },
      { customerId: 'me' },
      { note: 'a\u0000b' },
    ];
    for (const body of bad)
      await shop.request.patch(cart.path).set(cart.headers).set('If-Match', '*').send(body).expect(400);
  });
});

describe('validation', () => {
  it('names every problem of every line at once and changes nothing', async () => {
    const [short = '', dear = '', gone = '', fine = ''] = await sell(shop, { units: 3 }, {}, {}, {});
    const cart = await openGuestCart(
      shop,
      [short, dear, gone, fine].map((sku) => ({ sku, quantity: 5 })),
    );
    await changeItem(shop, dear, { priceMinor: 150 });
    await changeItem(shop, gone, { active: false });
    const answer = await shop.request.post(`${cart.path}/validate`).set(cart.headers).expect(200);
    expect(answer.body).toMatchObject({
      isReady: false,
      problems: [
        { code: 'email-missing', isBlocking: true },
        { code: 'address-missing' },
        { code: 'out-of-stock', sku: short, requested: 5, available: 3, pointer: '#/lines/0/quantity' },
        { code: 'price-changed', sku: dear, seenUnitPrice: 100, unitPrice: 150, isBlocking: false },
        { code: 'not-available', sku: gone, isBlocking: true },
      ],
      totals: { total: 2250 },
    });
    expect(await see(shop, cart)).toMatchObject({ version: 1 });
  });

  it('finds a cart ready', async () => {
    const cart = await openGuestCart(shop, [{ sku: a, quantity: 1 }]);
    await describeCart(shop, cart);
    const answer = await shop.request.post(`${cart.path}/validate`).set(cart.headers).send({}).expect(200);
    expect(answer.body).toMatchObject({ isReady: true, problems: [], totals: { total: 255 } });
  });
});

describe('the list of carts', () => {
  it('is for staff, filtered and paged', async () => {
    const mine = await openCustomerCart(shop, 'carla');
    await openCustomerCart(shop, 'carla');
    const third = await openCustomerCart(shop, 'carla');
    await add(shop, mine, { sku: a, quantity: 1 }).expect(200);
    const support = { Authorization: `Bearer ${await shop.token('support')}` };
    const customerId = ((await see(shop, mine)) as unknown as { customerId: string }).customerId;
    const path = `/v1/carts?customerId=${encodeURIComponent(customerId)}`;
    const list = (query: string) => shop.request.get(`${path}${query}`).set(support).expect(200);
    const ids = (page: { body: unknown }) =>
      (page.body as { items: { id: string }[] }).items.map(({ id }) => id);
    const page = await list('&limit=2');
    expect(ids(page)).toEqual([mine.id, third.id]);
    const { nextCursor } = page.body as { nextCursor: string };
    expect(ids(await list(`&limit=2&cursor=${nextCursor}`))).toHaveLength(1);
    expect(ids(await list('&status=ordered'))).toEqual([]);
    expect(ids(await list(`&updatedTo=${new Date(0).toISOString()}`))).toEqual([]);
    expect(ids(await list(`&updatedFrom=${new Date(0).toISOString()}&status=open`))).toHaveLength(3);
    expect(page.text).not.toContain('email');
    await shop.request.get(path).set(mine.headers).expect(403);
    await shop.request.get('/v1/carts?sort=email').set(support).expect(400);
    await shop.request.get('/v1/carts?cursor=WyJ4IiwieSJd').set(support).expect(400);
  });
});

async function cartCount(): Promise<number> {
  const { rows } = await shop.database.query<{ count: number }>(
    'select count(*)::int as count from carts.cart',
  );
  return rows[0]?.count ?? NaN;
}
