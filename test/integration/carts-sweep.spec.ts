import { randomUUID } from 'node:crypto';
import { CartCheckout, cartInvariants } from '../../src/carts/index.js';
import { CartsSweeper } from '../../src/carts/carts.sweeper.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { add, describeCart, eventsOf, type Holder, openGuestCart, see, sell } from '../support/cart-shop.js';

let shop: TestApp;
let sweeper: CartsSweeper;
let sku: string;

beforeAll(async () => {
  // The worker sleeps, so that each test sweeps when it wants to.
  shop = await startTestApp({
    SWEEP_INTERVAL_MS: '3600000',
    CART_ABANDONED_SECONDS: '3600',
    CART_EXPIRY_SECONDS: '7200',
  });
  sweeper = shop.app.get(CartsSweeper, { strict: false });
  [sku = ''] = await sell(shop, {});
}, 120_000);
afterAll(async () => shop?.close());

afterEach(async () => {
  for (const { title, sql } of cartInvariants) {
    const { rows } = await shop.database.query(sql);
    expect({ title, rows }).toEqual({ title, rows: [] });
  }
});

async function rest(carts: Holder[], seconds: number): Promise<void> {
  await shop.database.query(
    `update carts.cart set active_at = now() - $2 * interval '1 second' where id = any($1)`,
    [carts.map(({ id }) => id), seconds],
  );
}

const guestCarts = (count: number): Promise<Holder[]> =>
  Promise.all(Array.from({ length: count }, () => openGuestCart(shop, [{ sku, quantity: 1 }])));

describe('the sweep', () => {
  it('abandons carts that rest, and an edit opens them again', async () => {
    const [resting, busy] = await guestCarts(2);
    if (!resting || !busy) throw new Error('two carts were to be opened');
    await rest([resting], 3700);
    expect(await sweeper.sweep()).toBe(1);
    expect(await see(shop, resting)).toMatchObject({ status: 'abandoned', version: 2 });
    expect(await see(shop, busy)).toMatchObject({ status: 'open', version: 1 });
    await add(shop, resting, { sku, quantity: 1 }).expect(200);
    expect(await see(shop, resting)).toMatchObject({ status: 'open', version: 4 });
    expect(await eventsOf(shop, resting.id)).toEqual([
      'cart.created 1',
      'cart.abandoned 2',
      'cart.reopened 3',
      'cart.lines_changed 4',
    ]);
    expect(await sweeper.sweep()).toBe(0);
  });

  it('lets an abandoned cart be ordered as it is', async () => {
    const [cart] = await guestCarts(1);
    if (!cart) throw new Error('a cart was to be opened');
    await add(shop, cart, { sku, quantity: 1 }).expect(200);
    await describeCart(shop, cart);
    await rest([cart], 3700);
    expect(await sweeper.sweep()).toBe(1);
    const orderId = randomUUID();
    const door = shop.app.get(CartCheckout, { strict: false });
    await shop.app.get(Transaction, { strict: false }).run(async () => {
      await door.lockForCheckout(cart.id, { kind: 'guest', cartId: cart.id });
      await door.markOrdered(cart.id, orderId);
    });
    expect((await eventsOf(shop, cart.id)).slice(-3)).toEqual([
      'cart.abandoned 4',
      'cart.reopened 5',
      'cart.ordered 6',
    ]);
  });

  it('expires carts for good, abandoned before or not', async () => {
    const [slow, fast] = await guestCarts(2);
    if (!slow || !fast) throw new Error('two carts were to be opened');
    await rest([slow], 3700);
    await sweeper.sweep();
    await rest([slow, fast], 7300);
    expect(await sweeper.sweep()).toBe(2);
    expect(await eventsOf(shop, slow.id)).toEqual(['cart.created 1', 'cart.abandoned 2', 'cart.expired 3']);
    expect(await eventsOf(shop, fast.id)).toEqual(['cart.created 1', 'cart.expired 2']);
    expect((await add(shop, slow, { sku, quantity: 1 }).expect(409)).body).toMatchObject({
      code: 'cart-not-open',
      currentState: 'expired',
    });
    expect((await describeCart(shop, fast, { note: 'x' })).status).toBe(409);
    const validation = await shop.request
      .post(`${slow.path}/validate`)
      .set(slow.headers)
      .send({})
      .expect(200);
    expect(validation.body).toMatchObject({ isReady: false, problems: [{ code: 'cart-not-open' }, {}, {}] });
  });

  it('leaves carts alone that someone works on', async () => {
    const [cart] = await guestCarts(1);
    if (!cart) throw new Error('a cart was to be opened');
    await rest([cart], 3700);
    const someone = await shop.database.pool.connect();
    await someone.query('begin');
    await someone.query('select 1 from carts.cart where id = $1 for no key update', [cart.id]);
    expect(await sweeper.sweep()).toBe(0);
    await someone.query('rollback');
    someone.release();
    expect(await sweeper.sweep()).toBe(1);
  });

  it('by several at once moves each cart once, with one event', async () => {
    const carts = await guestCarts(30);
    await rest(carts, 3700);
    const moved = await Promise.all(Array.from({ length: 4 }, () => sweeper.sweep()));
    expect(moved.reduce((sum, count) => sum + count, 0)).toBe(30);
    for (const cart of carts)
      expect(await eventsOf(shop, cart.id)).toEqual(['cart.created 1', 'cart.abandoned 2']);
  }, 30_000);
});
