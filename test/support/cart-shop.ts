import type { Response } from 'supertest';
import { uuidv7 } from 'uuidv7';
import type { TestApp } from './app.js';

export const address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

export interface CartLineSeen {
  lineId: string;
  sku: string;
  quantity: number;
  unitPrice: number;
  seenUnitPrice: number;
  total: number;
  isAvailable: boolean;
  isInStock: boolean;
}

/** What a client reads of a cart. */
export interface CartSeen {
  id: string;
  version: number;
  status: string;
  lineCount: number;
  lines?: CartLineSeen[];
  linesUrl?: string;
  email: string | null;
  totals: { subtotal: number; total: number; currency: string };
}

/** Someone with a cart, and the header that proves it. */
export interface Holder {
  id: string;
  path: string;
  headers: Record<string, string>;
}

export interface Wanted {
  sku: string;
  quantity: number;
}

/** Puts items on sale and on the shelf; answers their skus. */
export async function sell(shop: TestApp, ...items: { price?: number; units?: number }[]): Promise<string[]> {
  const rows = items.map(({ price = 100, units = 1000 }) => ({
    sku: `C-${uuidv7()}`,
    name: 'Thing',
    priceMinor: price,
    receive: units,
  }));
  const answer = await shop.request
    .post('/v1/imports')
    .set('Authorization', `Bearer ${await shop.token('admin')}`)
    .set('Content-Type', 'application/x-ndjson')
    .send(rows.map((row) => JSON.stringify(row)).join('\n'))
    .expect(200);
  const { accepted } = answer.body as { accepted: number };
  if (accepted !== rows.length) throw new Error(`only ${accepted} of ${rows.length} items were accepted`);
  return rows.map((row) => row.sku);
}

export async function sellMany(shop: TestApp, count: number): Promise<string[]> {
  return sell(shop, ...Array.from({ length: count }, () => ({})));
}

/** As the shop's staff would, without waiting for the item's own version. */
export async function changeItem(
  shop: TestApp,
  sku: string,
  change: { priceMinor?: number; active?: boolean },
): Promise<void> {
  await shop.database.query(
    'update inventory.item set price_minor = coalesce($2, price_minor), active = coalesce($3, active) where sku = $1',
    [sku, change.priceMinor ?? null, change.active ?? null],
  );
}

export async function openGuestCart(shop: TestApp, lines: Wanted[] = []): Promise<Holder> {
  const answer = await shop.request.post('/v1/carts').send({ lines }).expect(201);
  return holderOf(answer, { 'Cart-Token': answer.headers['cart-token'] ?? '' });
}

export async function openCustomerCart(
  shop: TestApp,
  customer: string,
  lines: Wanted[] = [],
): Promise<Holder> {
  const headers = { Authorization: `Bearer ${await shop.token('customer', customer)}` };
  const answer = await shop.request.post('/v1/carts').set(headers).send({ lines }).expect(201);
  return holderOf(answer, headers);
}

export async function see(shop: TestApp, cart: Holder): Promise<CartSeen> {
  return cartIn(await shop.request.get(cart.path).set(cart.headers).expect(200));
}

export function add(shop: TestApp, cart: Holder, ...lines: Wanted[]): ReturnType<TestApp['request']['post']> {
  return shop.request.post(`${cart.path}/lines`).set(cart.headers).send({ lines });
}

/** Names the details that a checkout wants. */
export async function describeCart(
  shop: TestApp,
  cart: Holder,
  details: object = { email: 'a@example.com', shippingAddress: address },
): Promise<Response> {
  const seen = await shop.request.get(cart.path).set(cart.headers).expect(200);
  return shop.request
    .patch(cart.path)
    .set(cart.headers)
    .set('If-Match', seen.headers['etag'] ?? '')
    .send(details);
}

export const cartIn = (answer: Response): CartSeen => answer.body as CartSeen;

export const unitsOf = (cart: CartSeen): Record<string, number> =>
  Object.fromEntries((cart.lines ?? []).map(({ sku, quantity }) => [sku, quantity]));

/** The cart's events as `type version`, in the order of their versions. */
export async function eventsOf(shop: TestApp, cartId: string): Promise<string[]> {
  const { rows } = await shop.database.query<{ told: string }>(
    `select type || ' ' || sequence as told from events.outbox where aggregatetype = 'cart' and aggregateid = $1 order by position`,
    [cartId],
  );
  return rows.map((row) => row.told);
}

function holderOf(answer: Response, headers: Record<string, string>): Holder {
  const { id } = answer.body as { id: string };
  return { id, path: `/v1/carts/${id}`, headers };
}
