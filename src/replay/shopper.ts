import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { RetailInvoice } from './retail-files.js';
import { type ShopClient, ShopRefusal } from './shop-client.js';

/** What the shop itself says was sold to this shopper. */
export interface Receipt {
  orderId: string;
  lines: number;
  units: number;
  revenueMinor: number;
}

const cartAnswer = z.object({ id: z.string(), version: z.number() });
const pricedCart = z.object({ totals: z.object({ total: z.number(), currency: z.string() }) });
const orderAnswer = z.object({
  id: z.string(),
  status: z.string(),
  paymentStatus: z.string(),
  deliveryStatus: z.string(),
  lineCount: z.number(),
  unitCount: z.number(),
  totals: z.object({ total: z.number() }),
});
type OrderAnswer = z.infer<typeof orderAnswer>;
const deliveryList = z.object({ items: z.array(z.object({ id: z.string(), status: z.string() })) });

const pollMs = 100;
const longestDeliveryMs = 120_000;

/** Plays one invoice: a guest's cart, its lines, the checkout with sandbox money, and the parcel up to the doorstep. */
export class Shopper {
  constructor(
    private readonly client: ShopClient,
    private readonly staffToken: string,
  ) {}

  async buy(invoice: RetailInvoice): Promise<Receipt> {
    const { cartId, cartToken } = await this.fillCart(invoice);
    const { order, orderToken } = await this.checkOut(cartId, cartToken);
    const confirmed = await this.until(order.id, orderToken, (seen) => seen.status !== 'pending');
    if (confirmed.status === 'confirmed') await this.dispatch(order.id);
    const done = await this.until(order.id, orderToken, (seen) => seen.deliveryStatus === 'delivered');
    return {
      orderId: done.id,
      lines: done.lineCount,
      units: done.unitCount,
      revenueMinor: done.totals.total,
    };
  }

  private async fillCart(
    invoice: RetailInvoice,
  ): Promise<{ cartId: string; cartToken: Record<string, string> }> {
    const answer = await this.client.send({ method: 'POST', path: '/v1/carts', body: {} });
    const cart = cartAnswer.parse(answer.body);
    const cartToken = { 'Cart-Token': answer.headers.get('cart-token') ?? '' };
    const path = `/v1/carts/${cart.id}`;
    await this.client.send({
      method: 'POST',
      path: `${path}/lines`,
      body: { lines: invoice.lines },
      headers: cartToken,
    });
    await this.nameDetails(path, cartToken, invoice);
    return { cartId: cart.id, cartToken };
  }

  /** A change of details is judged by the cart's version; a retry that finds its own change has nothing left to say. */
  private async nameDetails(
    path: string,
    cartToken: Record<string, string>,
    invoice: RetailInvoice,
  ): Promise<void> {
    const current = await this.client.send({ method: 'GET', path, headers: cartToken });
    const address = {
      name: 'A Shopper',
      line1: '1 High Street',
      city: 'London',
      postalCode: 'N1 1AA',
      country: 'GB',
    };
    const body = {
      email: `${invoice.invoiceNumber}@example.com`,
      shippingAddress: address,
      note: invoice.country,
    };
    const headers = { ...cartToken, 'If-Match': current.headers.get('etag') ?? '' };
    try {
      await this.client.send({ method: 'PATCH', path, body, headers });
    } catch (error) {
      if (!(error instanceof ShopRefusal) || error.answer.status !== 412) throw error;
      await this.nameDetails(path, cartToken, invoice);
    }
  }

  private async checkOut(
    cartId: string,
    cartToken: Record<string, string>,
  ): Promise<{ order: OrderAnswer; orderToken: Record<string, string> }> {
    const seen = await this.client.send({ method: 'GET', path: `/v1/carts/${cartId}`, headers: cartToken });
    const { totals } = pricedCart.parse(seen.body);
    const answer = await this.client.send({
      method: 'POST',
      path: `/v1/carts/${cartId}/checkout`,
      headers: cartToken,
      body: {
        expectedTotal: { amountMinor: totals.total, currency: totals.currency },
        payment: { provider: 'sandbox', instrument: 'tok_approve' },
      },
    });
    return {
      order: orderAnswer.parse(answer.body),
      orderToken: { 'Order-Token': answer.headers.get('order-token') ?? '' },
    };
  }

  /** The warehouse's part: each open delivery is packed and handed to the sandbox carrier. */
  private async dispatch(orderId: string): Promise<void> {
    const headers = { authorization: `Bearer ${this.staffToken}` };
    const answer = await this.client.send({
      method: 'GET',
      path: `/v1/deliveries?orderId=${orderId}`,
      headers,
    });
    for (const delivery of deliveryList.parse(answer.body).items) {
      const path = `/v1/deliveries/${delivery.id}`;
      if (delivery.status === 'pending') await this.move(`${path}/pack`, {}, headers);
      if (['pending', 'packed'].includes(delivery.status))
        await this.move(`${path}/ship`, { carrier: 'sandbox' }, headers);
    }
  }

  private async move(path: string, body: unknown, headers: Record<string, string>): Promise<void> {
    await this.client.send({ method: 'POST', path, body, headers });
  }

  private async until(
    orderId: string,
    orderToken: Record<string, string>,
    reached: (order: OrderAnswer) => boolean,
  ): Promise<OrderAnswer> {
    const giveUpAt = Date.now() + longestDeliveryMs;
    for (;;) {
      const answer = await this.client.send({
        method: 'GET',
        path: `/v1/orders/${orderId}`,
        headers: orderToken,
      });
      const order = orderAnswer.parse(answer.body);
      if (reached(order)) return order;
      if (Date.now() > giveUpAt)
        throw new Error(
          `order ${orderId} stays ${order.status}, ${order.paymentStatus}, ${order.deliveryStatus}`,
        );
      await pause(pollMs);
    }
  }
}
