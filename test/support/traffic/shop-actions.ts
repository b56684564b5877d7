import { type ShopAnswer, type ShopClient, ShopRefusal } from '../../../src/replay/shop-client.js';

export const address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

type Headers = Record<string, string>;

interface Cart {
  path: string;
  headers: Headers;
}

interface Order {
  id: string;
  headers: Headers;
}

/** What shoppers and staff do, one method per intent; every method retries as a good client does. */
export class ShopActions {
  readonly carts: Cart[] = [];
  readonly orders: Order[] = [];

  constructor(
    readonly client: ShopClient,
    private readonly staffToken: string,
    private readonly skus: string[],
    private readonly random: () => number,
  ) {}

  /** A new cart, or one line more in an open one. */
  async writeCart(): Promise<void> {
    const cart =
      this.random() < 0.3 ? await this.openCart() : (this.pick(this.carts) ?? (await this.openCart()));
    const body = { lines: [{ sku: this.pick(this.skus), quantity: 1 + Math.floor(this.random() * 3) }] };
    // A cart that was checked out meanwhile refuses the line, as it should.
    await this.tolerate([404, 409], () =>
      this.client.send({ method: 'POST', path: `${cart.path}/lines`, body, headers: cart.headers }),
    );
  }

  async read(): Promise<void> {
    const order = this.pick(this.orders);
    if (order && this.random() < 0.4) {
      await this.client.send({ method: 'GET', path: `/v1/orders/${order.id}`, headers: order.headers });
      return;
    }
    await this.client.send({
      method: 'GET',
      path: this.random() < 0.5 ? `/v1/items/${this.pick(this.skus)}` : '/v1/items?limit=20',
    });
  }

  /** A cart of its own from the first line to the payment. */
  async buy(instrument = 'tok_approve'): Promise<ShopAnswer | undefined> {
    const cart = await this.fillCart(1 + Math.floor(this.random() * 3));
    return this.checkOut(cart, instrument);
  }

  async checkOut(cart: Cart, instrument: string): Promise<ShopAnswer | undefined> {
    const { path, headers } = cart;
    const seen = await this.client.send({ method: 'GET', path, headers });
    const { total, currency } = (seen.body as { totals: { total: number; currency: string } }).totals;
    const body = {
      expectedTotal: { amountMinor: total, currency },
      payment: { provider: 'sandbox', instrument },
    };
    const answer = await this.tolerate([402, 409], () =>
      this.client.send({ method: 'POST', path: `${path}/checkout`, body, headers }),
    );
    const { id } = (answer?.body ?? {}) as { id?: string };
    if (id) this.orders.push({ id, headers: { 'Order-Token': answer?.headers.get('order-token') ?? '' } });
    return answer;
  }

  async fillCart(lines: number): Promise<Cart> {
    const cart = await this.openCart();
    const { path, headers } = cart;
    const first = Math.floor(this.random() * this.skus.length);
    const wanted = Array.from({ length: lines }, (_none, index) => ({
      sku: this.skus[(first + index) % this.skus.length],
      quantity: 1,
    }));
    await this.client.send({ method: 'POST', path: `${path}/lines`, body: { lines: wanted }, headers });
    await this.nameDetails(cart);
    return cart;
  }

  /** The warehouse or the office: a parcel leaves, or some money goes back. */
  async afterSale(): Promise<void> {
    const order = this.pick(this.orders);
    if (!order) return;
    const headers = { authorization: `Bearer ${this.staffToken}` };
    if (this.random() < 0.7) return this.ship(order.id, headers);
    const view = await this.client.send({ method: 'GET', path: `/v1/orders/${order.id}`, headers });
    const [payment] = (view.body as { payments?: { id: string; status: string }[] }).payments ?? [];
    if (payment?.status !== 'captured') return;
    const path = `/v1/payments/${payment.id}/refunds`;
    await this.tolerate([409, 422], () =>
      this.client.send({ method: 'POST', path, body: { amountMinor: 1 }, headers }),
    );
  }

  private async ship(orderId: string, headers: Headers): Promise<void> {
    const found = await this.client.send({
      method: 'GET',
      path: `/v1/deliveries?orderId=${orderId}`,
      headers,
    });
    const open = (found.body as { items: { id: string; status: string }[] }).items.find(
      (each) => each.status === 'pending',
    );
    if (!open) return;
    const path = `/v1/deliveries/${open.id}/ship`;
    await this.tolerate([409], () =>
      this.client.send({ method: 'POST', path, body: { carrier: 'sandbox' }, headers }),
    );
  }

  private async openCart(): Promise<Cart> {
    const answer = await this.client.send({ method: 'POST', path: '/v1/carts', body: {} });
    const { id } = answer.body as { id: string };
    const cart = {
      path: `/v1/carts/${id}`,
      headers: { 'Cart-Token': answer.headers.get('cart-token') ?? '' },
    };
    this.carts.push(cart);
    return cart;
  }

  private async nameDetails(cart: Cart): Promise<void> {
    const { path, headers } = cart;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const seen = await this.client.send({ method: 'GET', path, headers });
      const body = { email: 'shopper@example.com', shippingAddress: address };
      const match = { ...headers, 'If-Match': seen.headers.get('etag') ?? '' };
      const answer = await this.tolerate([412], () =>
        this.client.send({ method: 'PATCH', path, body, headers: match }),
      );
      if (answer) return;
    }
    throw new Error('the cart changes faster than its details can be named');
  }

  private async tolerate(
    statuses: number[],
    send: () => Promise<ShopAnswer>,
  ): Promise<ShopAnswer | undefined> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof ShopRefusal && statuses.includes(error.answer.status)) return undefined;
      throw error;
    }
  }

  private pick<T>(values: T[]): T | undefined {
    return values[Math.floor(this.random() * values.length)];
  }
}

/** A repeatable stream of numbers in [0, 1): mulberry32, so that a failing run can be run again by its seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
