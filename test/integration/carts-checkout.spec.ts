import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CartCheckout, cartInvariants } from '../../src/carts/index.js';
import type { Owner } from '../../src/platform/auth/principal.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { DomainError } from '../../src/platform/errors/domain-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  add,
  address,
  changeItem,
  describeCart,
  eventsOf,
  type Holder,
  openCustomerCart,
  openGuestCart,
  see,
  sell,
} from '../support/cart-shop.js';

let shop: TestApp;
let door: CartCheckout;
let sku: string;

beforeAll(async () => {
  shop = await startTestApp();
  door = shop.app.get(CartCheckout, { strict: false });
  [sku = ''] = await sell(shop, { price: 255 });
}, 120_000);
afterAll(async () => shop?.close());

afterEach(async () => {
  for (const { title, sql } of cartInvariants) {
    const { rows } = await shop.database.query(sql);
    expect({ title, rows }).toEqual({ title, rows: [] });
  }
});

const inTransaction = <T>(work: () => Promise<T>): Promise<T> =>
  shop.app.get(Transaction, { strict: false }).run(work);
const guestOf = ({ id }: Holder): Owner => ({ kind: 'guest', cartId: id });

async function readyCart(): Promise<Holder> {
  const cart = await openGuestCart(shop, [{ sku, quantity: 2 }]);
  await describeCart(shop, cart);
  return cart;
}

function order(cart: Holder, orderId: string, owner = guestOf(cart)): Promise<void> {
  return inTransaction(async () => {
    const { id } = await door.lockForCheckout(cart.id, owner);
    await door.markOrdered(id, orderId);
  });
}

async function refusal(attempt: Promise<unknown>): Promise<DomainError> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the checkout’s door', () => {
  it('gives what an order needs of the cart, and its price today', async () => {
    const cart = await readyCart();
    const locked = await inTransaction(() => door.lockForCheckout(cart.id, guestOf(cart)));
    expect(locked).toEqual({
      id: cart.id,
      version: 2,
      currency: 'GBP',
      email: 'a@example.com',
      shippingAddress: address,
      lines: [{ sku, quantity: 2 }],
    });
    const priced = await door.price(locked);
    expect(priced.totals).toMatchObject({
      currency: 'GBP',
      pricesIncludeTax: true,
      subtotal: 510,
      shipping: 0,
      total: 510,
    });
    expect(priced.lines).toEqual([
      { sku, name: 'Thing', unitPrice: 255, quantity: 2, subtotal: 510, discount: 0, tax: 0, total: 510 },
    ]);
  });

  it('prices no item that is not on sale, and names each line', async () => {
    const [off = ''] = await sell(shop, {});
    await changeItem(shop, off, { active: false });
    const lines = [off, sku, 'no-such'].map((each) => ({ sku: each, quantity: 1 }));
    const refused = await refusal(door.price({ currency: 'GBP', lines }));
    expect(refused).toMatchObject({ kind: 'rule', code: 'not-available' });
    expect(refused.details.errors?.map(({ pointer }) => pointer)).toEqual(['#/lines/0/sku', '#/lines/2/sku']);
  });

  it('orders a cart once and leads to its order ever after', async () => {
    const cart = await readyCart();
    const orderId = randomUUID();
    await order(cart, orderId);
    expect(await see(shop, cart)).toMatchObject({ status: 'ordered', orderId, version: 3 });
    expect(await eventsOf(shop, cart.id)).toEqual([
      'cart.created 1',
      'cart.details_changed 2',
      'cart.ordered 3',
    ]);
    const again = await refusal(order(cart, randomUUID()));
    expect(again).toMatchObject({
      code: 'cart-already-ordered',
      details: { extensions: { orderId }, headers: { Location: `/v1/orders/${orderId}` } },
    });
    const edit = await add(shop, cart, { sku, quantity: 1 }).expect(409);
    expect(edit.body).toMatchObject({ code: 'cart-already-ordered', orderId });
    expect(edit.headers['location']).toBe(`/v1/orders/${orderId}`);
  });

  it('refuses a cart that lacks something, or is another’s', async () => {
    const empty = await openGuestCart(shop);
    const incomplete = await refusal(order(empty, randomUUID()));
    expect(incomplete).toMatchObject({ kind: 'rule', code: 'cart-incomplete' });
    expect(incomplete.details.errors).toHaveLength(3);
    const cart = await readyCart();
    expect(await refusal(order(cart, randomUUID(), guestOf(empty)))).toMatchObject({
      code: 'cart-not-found',
    });
    expect(await refusal(order(cart, randomUUID(), { kind: 'customer', customerId: 'x' }))).toMatchObject({
      code: 'cart-not-found',
    });
    const customers = await openCustomerCart(shop, 'anna', [{ sku, quantity: 1 }]);
    expect(await refusal(order(customers, randomUUID()))).toMatchObject({ code: 'cart-not-found' });
  });

  it('lets one of 20 checkouts at once through', async () => {
    const cart = await readyCart();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => order(cart, randomUUID())));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await see(shop, cart)).toMatchObject({ status: 'ordered', version: 3 });
  }, 30_000);

  it('holds edits back until it is done: they find the cart ordered', async () => {
    const cart = await readyCart();
    let edit: Promise<number> | undefined;
    await inTransaction(async () => {
      const locked = await door.lockForCheckout(cart.id, guestOf(cart));
      edit = add(shop, cart, { sku, quantity: 1 }).then(({ status }) => status);
      await pause(200);
      await door.markOrdered(locked.id, randomUUID());
    });
    expect(await edit).toBe(409);
    expect(await see(shop, cart)).toMatchObject({ status: 'ordered', lines: [{ quantity: 2 }] });
  });

  it('sees the lines of an edit that it waited for', async () => {
    const cart = await readyCart();
    const [edit, locked] = await Promise.all([
      add(shop, cart, { sku, quantity: 5 }),
      inTransaction(async () => door.lockForCheckout(cart.id, guestOf(cart))),
    ]);
    expect(edit.status).toBe(200);
    expect(locked.lines).toEqual([{ sku, quantity: locked.version === 2 ? 2 : 7 }]);
  });
});
