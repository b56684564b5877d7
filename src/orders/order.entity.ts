import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Address, Totals } from '../carts/index.js';
import type { DeliveryStanding, MoneyStanding, OrderToPlace, PaymentTerms } from './order-facts.js';
import { OrderLine } from './order-line.entity.js';
import { type OrderNews, snapshotOf } from './order-news.js';
import { drawOrderNumber } from './order-number.js';
import { deliveryStatusOf, mayMove } from './order-status.js';
import type { OrderDeliveryStatus, OrderPaymentStatus, OrderStatus } from './order-status.js';
import { NothingToPay, OrderExpired, OrderStateConflict } from './orders.errors.js';
import type { OrderSnapshot } from './orders.events.js';
import { cancelableUnits, unitCounts, type UnitsOfLine } from './units.js';

/** What was ordered, what it owes and how far it has come. All amounts in minor units of `currency`. */
@Entity({ schema: 'orders', name: 'order' })
export class Order {
  @PrimaryColumn('uuid') id: string;
  @Column('text') number: string;
  @Column('int') version: number;
  @Column('text') status: OrderStatus;
  @Column('text', { name: 'payment_status' }) paymentStatus: OrderPaymentStatus;
  @Column('timestamptz', { name: 'payment_unknown_since', nullable: true }) paymentUnknownSince: Date | null;
  @Column('text', { name: 'delivery_status' }) deliveryStatus: OrderDeliveryStatus;
  @Column('boolean', { name: 'has_delivery_trouble' }) hasDeliveryTrouble: boolean;
  @Column('uuid', { name: 'cart_id', nullable: true }) cartId: string | null;
  @Column('text', { name: 'customer_id', nullable: true }) customerId: string | null;
  @Column('text') email: string;
  @Column('jsonb', { name: 'shipping_address' }) shippingAddress: Address;
  @Column('jsonb', { name: 'billing_address', nullable: true }) billingAddress: Address | null;
  @Column('text', { nullable: true }) note: string | null;
  @Column('text') currency: string;
  @Column('boolean', { name: 'prices_include_tax' }) pricesIncludeTax: boolean;
  @Column('bigint', { name: 'subtotal_minor' }) subtotalMinor: number;
  @Column('bigint', { name: 'discount_minor' }) discountMinor: number;
  @Column('bigint', { name: 'shipping_minor' }) shippingMinor: number;
  @Column('bigint', { name: 'tax_minor' }) taxMinor: number;
  @Column('bigint', { name: 'total_minor' }) totalMinor: number;
  @Column('bigint', { name: 'owed_minor' }) owedMinor: number;
  @Column('bigint', { name: 'kept_minor' }) keptMinor: number;
  @Column('int', { name: 'line_count' }) lineCount: number;
  @Column('int', { name: 'unit_count' }) unitCount: number;
  @Column('int', { name: 'canceled_unit_count' }) canceledUnitCount: number;
  @Column('timestamptz', { name: 'placed_at' }) placedAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  /** Until when a payment under way is waited for, after `expiresAt`. */
  @Column('timestamptz', { name: 'hard_limit_at' }) hardLimitAt: Date;
  @Column('timestamptz', { name: 'confirmed_at', nullable: true }) confirmedAt: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  /** Stored in orders.line, by position. */
  lines: OrderLine[];
  /** The transitions since it was placed or loaded. */
  readonly news: OrderNews[] = [];

  static place(of: OrderToPlace, now: Date, terms: PaymentTerms): Order {
    const { id, totals, lines, email, shippingAddress } = of;
    const order = Object.assign(new Order(), { ...unborn, id, email, shippingAddress, placedAt: now });
    order.number = drawOrderNumber();
    order.cartId = of.cartId ?? null;
    order.customerId = of.customerId ?? null;
    order.billingAddress = of.billingAddress ?? null;
    order.note = of.note ?? null;
    order.expiresAt = new Date(now.getTime() + terms.expirySeconds * 1000);
    order.hardLimitAt = new Date(now.getTime() + terms.hardLimitSeconds * 1000);
    order.lines = lines.map((line, index) => OrderLine.place(order.id, index + 1, line));
    order.price(totals);
    order.tell((snapshot) => ({
      type: 'order.placed',
      payload: { ...snapshot, expiresAt: order.expiresAt.toISOString() },
    }));
    return order;
  }

  /** What is still wanted of the shopper. */
  get amountDueMinor(): number {
    return Math.max(0, this.owedMinor - this.keptMinor);
  }

  get isClosed(): boolean {
    return this.status === 'canceled' || this.status === 'expired';
  }

  /** Nothing is due and something is left to deliver. */
  get isReadyToConfirm(): boolean {
    return this.status === 'pending' && this.unitCount > this.canceledUnitCount && this.amountDueMinor === 0;
  }

  /** Every unit that is expected has arrived or come back, as far as the order has heard. */
  get hasArrived(): boolean {
    return ['delivered', 'partially_returned', 'returned'].includes(this.deliveryStatus);
  }

  /** Whether it waits to be paid although its time is over. */
  isOverdue(now: Date): boolean {
    return this.status === 'pending' && now >= this.expiresAt;
  }

  /** Throws where no payment is wanted; after `expiresAt` none is, swept or not. */
  refuseUnlessPayable(now: Date): void {
    if (this.status === 'expired') throw new OrderExpired(this.status);
    if (this.status === 'canceled') throw new OrderStateConflict(this.status, 'paid');
    if (this.isOverdue(now)) throw new OrderExpired(this.status);
    if (this.amountDueMinor === 0) throw new NothingToPay(this.status);
  }

  /** Takes over what its payments amount to; says whether anything changed. */
  applyBalance(balance: MoneyStanding, now: Date): boolean {
    const isSame =
      balance.status === this.paymentStatus &&
      balance.keptMinor === this.keptMinor &&
      balance.hasUnknown === (this.paymentUnknownSince !== null);
    if (isSame) return false;
    this.paymentStatus = balance.status;
    this.keptMinor = balance.keptMinor;
    this.paymentUnknownSince = balance.hasUnknown ? (this.paymentUnknownSince ?? now) : null;
    this.tell((payload) => ({ type: 'order.payment_status_changed', payload }));
    return true;
  }

  /** Another number, where the first was taken; only before it is stored. */
  renumber(number: string): void {
    this.number = number;
    for (const { payload } of this.news) payload.number = number;
  }

  confirm(now: Date): void {
    if (!this.isReadyToConfirm) throw new OrderStateConflict(this.status, 'confirmed');
    this.move('confirmed');
    this.confirmedAt = now;
    this.tell((payload) => ({ type: 'order.confirmed', payload }));
  }

  /** Cancels units that have not left; the order with its last unit. Nothing else can be canceled. */
  cancelLines(units: UnitsOfLine[], now: Date, reason?: string): void {
    const canceled = cancelableUnits(this, units);
    for (const { line, quantity } of canceled) line.canceled += quantity;
    this.count();
    if (this.unitCount > this.canceledUnitCount) {
      this.owedMinor = this.totalMinor - this.lines.reduce((sum, line) => sum + line.canceledMinor, 0);
      const lines = canceled.map(({ line, quantity }) => ({ orderLineId: line.id, sku: line.sku, quantity }));
      this.tell((snapshot) => ({ type: 'order.lines_canceled', payload: { ...snapshot, lines, reason } }));
      this.labelDelivery();
    } else {
      this.close('canceled', now);
      this.tell((snapshot) => ({ type: 'order.canceled', payload: { ...snapshot, reason } }));
    }
  }

  expire(now: Date): void {
    this.close('expired', now);
    this.tell((payload) => ({ type: 'order.expired', payload }));
  }

  /** Takes over how far its parcels have come. */
  follow({ lines, isTroubled }: Omit<DeliveryStanding, 'isAnythingLeft'>): void {
    this.hasDeliveryTrouble = isTroubled;
    const standing = new Map(lines.map((line) => [line.orderLineId, line]));
    let isMoved = false;
    for (const line of this.lines) {
      const { shipped = 0, delivered = 0, returned = 0 } = standing.get(line.id) ?? {};
      isMoved ||= shipped !== line.shipped || delivered !== line.delivered || returned !== line.returned;
      Object.assign(line, { shipped, delivered, returned });
    }
    if (isMoved) this.changeDeliveryStatus();
  }

  /** Whether all has arrived or come back and what is captured and kept covers what is owed. */
  isFulfilled(delivery: DeliveryStanding, balance: MoneyStanding): boolean {
    const isPaid = balance.keptMinor - balance.authorizedMinor >= this.owedMinor;
    return this.status === 'confirmed' && !delivery.isAnythingLeft && isPaid;
  }

  complete(now: Date): void {
    this.move('completed');
    this.endedAt = now;
    this.tell((payload) => ({ type: 'order.completed', payload }));
  }

  private price(totals: Totals): void {
    this.currency = totals.currency;
    this.pricesIncludeTax = totals.pricesIncludeTax;
    this.subtotalMinor = totals.subtotal;
    this.discountMinor = totals.discount;
    this.shippingMinor = totals.shipping;
    this.taxMinor = totals.tax;
    this.totalMinor = totals.total;
    this.owedMinor = totals.total;
    this.lineCount = this.lines.length;
    this.count();
    const sum = this.lines.reduce((all, line) => all + line.totalMinor, totals.shipping);
    if (sum !== totals.total)
      throw new Error(`lines and shipping add up to ${sum}, the total is ${totals.total}`);
  }

  private count(): void {
    this.unitCount = this.lines.reduce((sum, line) => sum + line.quantity, 0);
    this.canceledUnitCount = this.lines.reduce((sum, line) => sum + line.canceled, 0);
  }

  /** With fewer units expected, those on their way may be all of them. */
  private labelDelivery(): void {
    if (deliveryStatusOf(unitCounts(this.lines)) !== this.deliveryStatus) this.changeDeliveryStatus();
  }

  private changeDeliveryStatus(): void {
    this.deliveryStatus = deliveryStatusOf(unitCounts(this.lines));
    this.tell((payload) => ({ type: 'order.delivery_status_changed', payload }));
  }

  private close(to: 'canceled' | 'expired', now: Date): void {
    this.move(to);
    this.owedMinor = 0;
    this.endedAt = now;
  }

  private move(to: OrderStatus): void {
    if (!mayMove(this.status, to)) throw new OrderStateConflict(this.status, to);
    this.status = to;
  }

  private tell(news: (snapshot: OrderSnapshot) => OrderNews): void {
    this.version += 1;
    this.news.push(news(snapshotOf(this)));
  }
}

/** What every order begins with. */
const unborn = {
  version: 0,
  status: 'pending',
  paymentStatus: 'unpaid',
  paymentUnknownSince: null,
  deliveryStatus: 'unfulfilled',
  hasDeliveryTrouble: false,
  keptMinor: 0,
  confirmedAt: null,
  endedAt: null,
} as const satisfies Partial<Order>;
