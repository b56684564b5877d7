import { randomUUID } from 'node:crypto';
import { cartInvariants } from '../../src/carts/index.js';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  add,
  address,
  cartIn,
  describeCart,
  eventsOf,
  type Holder,
  openCustomerCart,
  openGuestCart,
  see,
  sell,
  unitsOf,
} from '../support/cart-shop.js';

let shop: TestApp;
let a: string;
let b: string;
let c: string;

beforeAll(async () => {
  shop = await startTestApp();
  [a = '', b = '', c = ''] = await sell(shop, {}, {}, {});
}, 120_000);
afterAll(async () => shop?.close());

afterEach(async () => {
  for (const { title, sql } of cartInvariants) {
    const { rows } = await shop.database.query(sql);
    expect({ title, rows }).toEqual({ title, rows: [] });
  }
});

const merge = (mine: Holder, guest: Holder) =>
  shop.request
    .post(`${mine.path}/merge`)
    .set({ ...mine.headers, ...guest.headers })
    .send({});

describe('merging a guest cart into a customer’s', () => {
  it('adds up quantities, fills empty details, and destroys nothing', async () => {
    const guest = await openGuestCart(shop, [
      { sku: a, quantity: 2 },
      { sku: c, quantity: 1 },
    ]);
    await describeCart(shop, guest, { email: 'guest@example.com', shippingAddress: address });
    const mine = await openCustomerCart(shop, 'anna', [
      { sku: a, quantity: 3 },
      { sku: b, quantity: 1 },
    ]);
    await describeCart(shop, mine, { email: 'anna@example.com' });
    const answer = await merge(mine, guest).expect(200);
    expect(unitsOf(cartIn(answer))).toEqual({ [a]: 5, [b]: 1, [c]: 1 });
    expect(answer.body).toMatchObject({
      email: 'anna@example.com',
      shippingAddress: address,
      notCarried: [],
      totals: { total: 700 },
    });
    expect(await see(shop, mine)).toMatchObject({ version: 4, lineCount: 3 });
    const left = await see(shop, { ...guest, headers: mine.headers });
    expect(left).toMatchObject({ status: 'merged', mergedInto: mine.id, email: 'guest@example.com' });
    expect(unitsOf(left)).toEqual({ [a]: 2, [c]: 1 });
    expect(await eventsOf(shop, guest.id)).toEqual([
      'cart.created 1',
      'cart.details_changed 2',
      'cart.merged 3',
    ]);
    expect(await eventsOf(shop, mine.id)).toEqual([
      'cart.created 1',
      'cart.details_changed 2',
      'cart.lines_changed 3',
      'cart.details_changed 4',
    ]);
  });

  it('spends the guest’s token: it opens nothing any more, and runs nothing', async () => {
    const guest = await openGuestCart(shop, [{ sku: a, quantity: 1 }]);
    const mine = await openCustomerCart(shop, 'anna');
    await merge(mine, guest).expect(200);
    await shop.request.get(guest.path).set(guest.headers).expect(404);
    await add(shop, guest, { sku: a, quantity: 1 }).expect(404);
    expect((await merge(mine, guest).expect(404)).body).toMatchObject({ code: 'guest-cart-not-found' });
    expect(unitsOf(await see(shop, mine))).toEqual({ [a]: 1 });
    const edit = await add(shop, { ...guest, headers: mine.headers }, { sku: a, quantity: 1 }).expect(409);
    expect(edit.body).toMatchObject({ code: 'cart-not-open', currentState: 'merged' });
  });

  it('is replayed under its key, though the token is spent', async () => {
    const guest = await openGuestCart(shop, [{ sku: a, quantity: 1 }]);
    const mine = await openCustomerCart(shop, 'anna');
    const key = randomUUID();
    const first = await merge(mine, guest).set('Idempotency-Key', key).expect(200);
    const again = await merge(mine, guest).set('Idempotency-Key', key).expect(200);
    expect(again.text).toBe(first.text);
  });

  it('caps at the limit, says what stays behind, and leaves it in the guest cart', async () => {
    const guest = await openGuestCart(shop, [{ sku: a, quantity: 60_000 }]);
    const mine = await openCustomerCart(shop, 'anna', [{ sku: a, quantity: 60_000 }]);
    const answer = await merge(mine, guest).expect(200);
    expect(answer.body).toMatchObject({ notCarried: [{ sku: a, quantity: 20_000, code: 'quantity-limit' }] });
    expect(unitsOf(cartIn(answer))).toEqual({ [a]: 100_000 });
    expect(unitsOf(await see(shop, { ...guest, headers: mine.headers }))).toEqual({ [a]: 60_000 });
  });

  it('is refused without a token, without a sign-in, and into another’s cart', async () => {
    const guest = await openGuestCart(shop, [{ sku: a, quantity: 1 }]);
    const mine = await openCustomerCart(shop, 'anna');
    const others = await openCustomerCart(shop, 'boris');
    await shop.request.post(`${mine.path}/merge`).set(mine.headers).send({}).expect(404);
    await shop.request.post(`${mine.path}/merge`).set(guest.headers).send({}).expect(403);
    await merge({ ...others, headers: mine.headers }, guest).expect(404);
    expect(await see(shop, guest)).toMatchObject({ status: 'open', lineCount: 1, version: 1 });
  });

  it('at the same time from many sides brings each guest cart in once', async () => {
    const mine = await openCustomerCart(shop, 'dora');
    const guests = await Promise.all(
      Array.from({ length: 8 }, () =>
        openGuestCart(shop, [
          { sku: a, quantity: 1 },
          { sku: b, quantity: 2 },
        ]),
      ),
    );
    const answers = await Promise.all([...guests, ...guests].map((guest) => merge(mine, guest)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
    expect(statuses.filter((status) => status === 404)).toHaveLength(8);
    expect(unitsOf(await see(shop, mine))).toEqual({ [a]: 8, [b]: 16 });
  }, 30_000);

  it('into two carts at once goes into one of them', async () => {
    const guest = await openGuestCart(shop, [{ sku: a, quantity: 1 }]);
    const carts = [await openCustomerCart(shop, 'emil'), await openCustomerCart(shop, 'emil')];
    const answers = await Promise.all(carts.map((mine) => merge(mine, guest)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    const seen = await Promise.all(carts.map((mine) => see(shop, mine)));
    expect(seen.map(({ lineCount }) => lineCount).sort()).toEqual([0, 1]);
  });
});
