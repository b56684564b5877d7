import type { OrderBody, OrderDesk } from './order-desk.js';

export interface Page<Item> {
  items: Item[];
}

export interface TimelineEntry {
  version: number;
  type: string;
  status: string;
  paymentStatus: string;
  deliveryStatus: string;
  actor?: string;
}

type Headers = Record<string, string>;
type Payment = NonNullable<OrderBody['payments']>[number];

/** What happens to orders after they are placed, by the roles that do it. */
export class Doorstep {
  private constructor(
    private readonly desk: OrderDesk,
    private readonly fulfilment: Headers,
    readonly finance: Headers,
  ) {}

  static async open(desk: OrderDesk): Promise<Doorstep> {
    return new Doorstep(desk, await desk.as('fulfilment'), await desk.as('finance'));
  }

  /** Packs the parcels and hands them to the sandbox carrier, which brings them to the door. */
  async deliver(order: { id: string }): Promise<OrderBody> {
    const { deliveries } = await this.desk.read(order, this.fulfilment);
    for (const { id } of deliveries) {
      const packed = await this.desk.send('POST', `deliveries/${id}/pack`, {}, this.fulfilment);
      expect([packed.status, packed.body.status]).toEqual([200, 'packed']);
      const path = `deliveries/${id}/ship`;
      const shipped = await this.desk.send<{ status: string; trackingNumber: string }>(
        'POST',
        path,
        { carrier: 'sandbox' },
        this.fulfilment,
      );
      expect([shipped.status, shipped.body.status]).toEqual([200, 'shipped']);
      expect(shipped.body.trackingNumber).toMatch(/\S/);
    }
    return this.desk.until(order, ({ deliveryStatus }) => deliveryStatus === 'delivered');
  }

  /** The order's only payment, or the first of several. */
  async paymentOf(order: { id: string }): Promise<Payment> {
    const [payment] = (await this.desk.read(order)).payments ?? [];
    if (!payment) throw new Error('the order has no payment');
    return payment;
  }

  async timelineOf(order: { id: string }, as: Headers): Promise<TimelineEntry[]> {
    const { status, body } = await this.desk.send<Page<TimelineEntry>>(
      'GET',
      `orders/${order.id}/timeline`,
      undefined,
      as,
    );
    expect(status).toBe(200);
    return body.items;
  }
}
