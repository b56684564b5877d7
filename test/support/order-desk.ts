import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import type { TestApp } from './app.js';
import { staffToken, stockItems } from './traffic/staff.js';

export const address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

type Headers = Record<string, string>;

export interface OrderBody {
  id: string;
  number: string;
  version: number;
  status: string;
  paymentStatus: string;
  deliveryStatus: string;
  hasUnknownPayment: boolean;
  customerId?: string;
  amountDue: { amountMinor: number; currency: string };
  totals: { total: number };
  lineCount: number;
  unitCount: number;
  canceledUnitCount: number;
  lines?: {
    orderLineId: string;
    sku: string;
    quantity: number;
    canceled: number;
    shipped: number;
    total: number;
  }[];
  linesUrl?: string;
  actionUrl?: string;
  attention?: string[];
  payments?: {
    id: string;
    status: string;
    capturedMinor: number;
    refundedMinor: number;
    openMinor: number;
  }[];
  deliveries: { id: string; status: string }[];
}

/** The fields of a problem document and of an order, as a test looks at either. */
export interface Reply<Body = OrderBody & { code?: string; currentState?: string; orderId?: string }> {
  status: number;
  headers: globalThis.Headers;
  body: Body;
}

export interface Placed extends Reply {
  id: string;
  as: Headers;
}

interface Wanted {
  lines?: { sku: string; quantity: number }[];
  payment?: { provider: string; instrument?: string };
  key?: string;
  as?: Headers;
}

/** What the tests of orders do over HTTP, without any retry. */
export class OrderDesk {
  private constructor(
    readonly shop: TestApp,
    readonly staff: Headers,
    readonly skus: string[],
  ) {}

  /** With `count` items on the shelf at 100, 101, … minor units, `units` of each. */
  static async open(shop: TestApp, { prefix = 'ORDER', count = 3, units = 10_000 } = {}): Promise<OrderDesk> {
    const client = new ShopClient(shop.url);
    const token = await staffToken(client);
    return new OrderDesk(shop, bearer(token), await stockItems(client, token, { prefix, count, units }));
  }

  async as(role: string, subject?: string): Promise<Headers> {
    return bearer(await this.shop.token(role, subject));
  }

  async send<Body = Reply['body']>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string | undefined> = {},
  ): Promise<Reply<Body>> {
    const key = method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {};
    const sent = new globalThis.Headers({ 'content-type': 'application/json' });
    for (const [name, value] of Object.entries({ ...key, ...headers }))
      if (value !== undefined) sent.set(name, value);
    const answer = await fetch(`${this.shop.url}/v1/${path}`, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Body,
    };
  }

  /** One call without a cart: one unit of the first item unless said otherwise. */
  async place({
    lines = [{ sku: this.sku(0), quantity: 1 }],
    payment,
    key,
    as = {},
  }: Wanted = {}): Promise<Placed> {
    const expectedTotal = { amountMinor: this.totalOf(lines), currency: 'GBP' };
    const body = { lines, email: 'shopper@example.com', shippingAddress: address, expectedTotal, payment };
    return placed(
      await this.send('POST', 'orders', body, { ...as, ...(key ? { 'Idempotency-Key': key } : {}) }),
      as,
    );
  }

  invoiced(lines?: Wanted['lines'], as?: Headers): Promise<Placed> {
    return this.place({ lines, as, payment: { provider: 'invoice' } });
  }

  charged(instrument: string, lines?: Wanted['lines'], as?: Headers): Promise<Placed> {
    return this.place({ lines, as, payment: { provider: 'sandbox', instrument } });
  }

  /** A guest's cart that can be ordered. */
  async fillCart(
    lines: { sku: string; quantity: number }[],
  ): Promise<{ id: string; as: Headers; total: number }> {
    const opened = await this.send<{ id: string }>('POST', 'carts', { lines });
    if (opened.status !== 201) throw new Error(`${opened.status} ${JSON.stringify(opened.body)}`);
    const as = { 'Cart-Token': opened.headers.get('cart-token') ?? '' };
    const details = { email: 'shopper@example.com', shippingAddress: address };
    const match = { ...as, 'If-Match': opened.headers.get('etag') ?? '' };
    const named = await this.send<{ totals: { total: number } }>(
      'PATCH',
      `carts/${opened.body.id}`,
      details,
      match,
    );
    if (named.status !== 200) throw new Error(`${named.status} ${JSON.stringify(named.body)}`);
    return { id: opened.body.id, as, total: named.body.totals.total };
  }

  async checkOut(
    cart: { id: string; as: Headers; total: number },
    payment?: Wanted['payment'],
    key: string = randomUUID(),
  ): Promise<Placed> {
    const body = { expectedTotal: { amountMinor: cart.total, currency: 'GBP' }, payment };
    const answer = await this.send('POST', `carts/${cart.id}/checkout`, body, {
      ...cart.as,
      'Idempotency-Key': key,
    });
    return placed(answer, cart.as);
  }

  async pay(order: { id: string; as: Headers }, instrument: string): Promise<Reply> {
    return this.send('POST', `orders/${order.id}/payments`, { provider: 'sandbox', instrument }, order.as);
  }

  async cancel(order: { id: string }, as: Headers = this.staff, body: object = {}): Promise<Reply> {
    return this.send('POST', `orders/${order.id}/cancellations`, body, as);
  }

  async read(order: { id: string }, as: Headers = this.staff): Promise<OrderBody> {
    const { status, body } = await this.send('GET', `orders/${order.id}`, undefined, as);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Ships a parcel of the order by hand; answers its HTTP status. */
  async ship(deliveryId: string): Promise<Reply> {
    const body = { carrier: 'manual', trackingNumber: `T-${deliveryId}` };
    return this.send('POST', `deliveries/${deliveryId}/ship`, body, this.staff);
  }

  async scan(deliveryId: string, status: string): Promise<Reply> {
    const body = {
      eventId: randomUUID(),
      status,
      rawStatus: status.toUpperCase(),
      scannedAt: new Date().toISOString(),
    };
    return this.send('POST', `deliveries/${deliveryId}/tracking-events`, body, this.staff);
  }

  async until(order: { id: string }, reached: (order: OrderBody) => boolean): Promise<OrderBody> {
    const giveUpAt = Date.now() + 20_000;
    for (;;) {
      const seen = await this.read(order);
      if (reached(seen)) return seen;
      if (Date.now() > giveUpAt) throw new Error(`the order stays ${JSON.stringify(seen)}`);
      await pause(30);
    }
  }

  /** Authorization and capture may come one after the other, and the first confirms an order. */
  untilPaid(order: { id: string }): Promise<OrderBody> {
    return this.until(order, ({ paymentStatus }) => paymentStatus === 'paid');
  }

  /** Its time to be paid is over, as if it had passed. */
  async letTimePass(
    order: { id: string },
    column: 'expires_at' | 'hard_limit_at' = 'expires_at',
  ): Promise<void> {
    await this.shop.database.query(
      `update orders."order" set ${column} = now() - interval '1 second' where id = $1`,
      [order.id],
    );
  }

  async eventsOf(order: { id: string }): Promise<string[]> {
    const { rows } = await this.shop.database.query<{ told: string }>(
      `select sequence || ' ' || type as told from events.outbox where aggregatetype = 'order' and aggregateid = $1 order by sequence`,
      [order.id],
    );
    return rows.map((row) => row.told);
  }

  async stockOf(sku: string): Promise<{ onHand: number; reserved: number }> {
    const { rows } = await this.shop.database.query<{ onHand: number; reserved: number }>(
      'select on_hand::int as "onHand", reserved::int as reserved from inventory.stock_level where sku = $1',
      [sku],
    );
    return rows[0] ?? { onHand: 0, reserved: 0 };
  }

  sku(index: number): string {
    return this.skus[index] ?? '';
  }

  totalOf(lines: { sku: string; quantity: number }[]): number {
    return lines.reduce((sum, { sku, quantity }) => sum + quantity * (100 + this.skus.indexOf(sku)), 0);
  }
}

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

function placed(answer: Reply, as: Headers): Placed {
  const token = answer.headers.get('order-token');
  return { ...answer, id: answer.body.orderId ?? answer.body.id, as: token ? { 'Order-Token': token } : as };
}
