import { setTimeout as pause } from 'node:timers/promises';
import { cartInvariants } from '../../src/carts/index.js';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  add,
  describeCart,
  eventsOf,
  type Holder,
  openGuestCart,
  see,
  sell,
  sellMany,
  unitsOf,
} from '../support/cart-shop.js';
import { countStatements } from '../support/statements.js';

let shop: TestApp;

beforeAll(async () => {
  shop = await startTestApp();
}, 120_000);
afterAll(async () => shop?.close());

afterEach(async () => {
  for (const { title, sql } of cartInvariants) {
    const { rows } = await shop.database.query(sql);
    expect({ title, rows }).toEqual({ title, rows: [] });
  }
});

/** Sends until it is answered otherwise than 503, as a client should. */
async function patiently(send: () => PromiseLike<{ status: number }>): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { status } = await send();
    if (status !== 503) return status;
    await pause(20 + Math.random() * 100);
  }
  return 503;
}

describe('edits of one cart at once', () => {
  it('lose nothing: 200 adds are 200 versions and all their units', async () => {
    const skus = await sell(shop, {}, {}, {}, {});
    const cart = await openGuestCart(shop);
    const adds = Array.from({ length: 200 }, (_none, index) => ({ sku: skus[index % 4] ?? '', quantity: 1 }));
    const statuses = await Promise.all(adds.map((line) => patiently(() => add(shop, cart, line))));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const seen = await see(shop, cart);
    expect(unitsOf(seen)).toEqual(Object.fromEntries(skus.map((sku) => [sku, 50])));
    expect(seen).toMatchObject({ version: 201, totals: { total: 20_000 } });
    const events = await eventsOf(shop, cart.id);
    expect(events).toEqual([
      'cart.created 1',
      ...Array.from({ length: 200 }, (_none, index) => `cart.lines_changed ${index + 2}`),
    ]);
  }, 60_000);

  it('of all kinds end in one cart that adds up', async () => {
    const skus = await sellMany(shop, 5);
    const [kept = '', removed = ''] = skus;
    const cart = await openGuestCart(
      shop,
      skus.map((sku) => ({ sku, quantity: 1 })),
    );
    const lineId = (await see(shop, cart)).lines?.find(({ sku }) => sku === removed)?.lineId ?? '';
    const path = `${cart.path}/lines/${lineId}`;
    const work = [
      ...Array.from({ length: 20 }, () => () => add(shop, cart, { sku: kept, quantity: 1 })),
      ...Array.from({ length: 10 }, () => () => shop.request.delete(path).set(cart.headers)),
      ...Array.from(
        { length: 10 },
        () => () => shop.request.patch(path).set(cart.headers).send({ quantity: 7 }),
      ),
    ];
    const statuses = await Promise.all(work.map((send) => patiently(send)));
    expect(statuses.slice(0, 20).every((status) => status === 200)).toBe(true);
    expect(statuses.slice(20, 30).filter((status) => status === 200)).toHaveLength(1);
    const seen = await see(shop, cart);
    expect(unitsOf(seen)).toMatchObject({ [kept]: 21 });
    expect(seen.lineCount).toBe(4);
  }, 60_000);

  it('of the details let one of those who saw the same version win', async () => {
    const cart = await openGuestCart(shop);
    const seen = await shop.request.get(cart.path).set(cart.headers).expect(200);
    const describe = (note: string) =>
      shop.request
        .patch(cart.path)
        .set(cart.headers)
        .set('If-Match', seen.headers['etag'] ?? '')
        .send({ note });
    const statuses = await Promise.all(
      Array.from({ length: 10 }, (_none, index) => patiently(() => describe(`note ${index}`))),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(9);
    expect((await see(shop, cart)).version).toBe(2);
  }, 30_000);
});

describe('the number of statements', () => {
  it('does not grow with the number of lines', async () => {
    const skus = await sellMany(shop, 600);
    const [one, many] = [await openGuestCart(shop), await openGuestCart(shop)];
    const all = skus.map((sku) => ({ sku, quantity: 1 }));
    const adding = async (cart: Holder, lines: typeof all) =>
      (await countStatements(() => add(shop, cart, ...lines).expect(200))).count;
    const [addOne, addMany] = [await adding(one, all.slice(0, 1)), await adding(many, all)];
    const reading = async (cart: Holder, path = '') =>
      (await countStatements(() => shop.request.get(`${cart.path}${path}`).set(cart.headers).expect(200)))
        .count;
    const [readOne, readMany] = [await reading(one), await reading(many)];
    const [linesOne, linesMany] = [await reading(one, '/lines'), await reading(many, '/lines?limit=200')];
    const validate = async (cart: Holder) =>
      (
        await countStatements(() =>
          shop.request.post(`${cart.path}/validate`).set(cart.headers).send({}).expect(200),
        )
      ).count;
    const [validateOne, validateMany] = [await validate(one), await validate(many)];
    const details = async (cart: Holder) => (await countStatements(() => describeCart(shop, cart))).count;
    const [detailsOne, detailsMany] = [await details(one), await details(many)];
    const counts = {
      addOne,
      addMany,
      readOne,
      readMany,
      linesOne,
      linesMany,
      validateOne,
      validateMany,
      detailsOne,
      detailsMany,
    };
    console.info(JSON.stringify(counts));
    expect(addMany).toBe(addOne);
    expect(readMany).toBe(readOne);
    expect(linesMany).toBe(linesOne);
    expect(validateMany).toBe(validateOne);
    expect(detailsMany).toBe(detailsOne);
    expect(addMany).toBeLessThanOrEqual(9);
    expect(readMany).toBeLessThanOrEqual(3);
  }, 60_000);
});
