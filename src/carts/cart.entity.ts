import { isDeepStrictEqual } from 'node:util';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import type { FieldProblem } from '../platform/errors/domain-error.js';
import type { EventCatalogue } from '../platform/events/catalogue.js';
import type { Address, CartDetailsRequest } from './cart-details.schemas.js';
import { maxLinesInView, maxLinesPerCart, maxUnitsPerLine } from './cart-limits.js';
import { CartLine, gather, LineToAdd, newLine, NotCarried } from './cart-line.js';
import { type CartStatus, mayMove } from './cart-status.js';
import {
  CartAlreadyOrdered,
  CartIncomplete,
  CartLineNotFound,
  CartNotOpen,
  LineLimit,
  QuantityLimit,
} from './carts.errors.js';
import type { CartEventType, CartSnapshot } from './carts.events.js';

/** One transition: one version, one event. */
export type CartNews = { [T in CartEventType]: { type: T; payload: EventCatalogue[T] } }[CartEventType];

/** What a checkout needs and the cart lacks; the pointer leads into the cart. */
export interface Missing extends FieldProblem {
  code: 'empty' | 'email-missing' | 'address-missing';
}

const detailNames = ['email', 'shippingAddress', 'billingAddress', 'note'] as const;

/** What a shopper means to buy. It knows no price but the one seen; totals are today's and made where it is shown. */
@Entity({ schema: 'carts', name: 'cart' })
export class Cart {
  @PrimaryColumn('uuid') id: string;
  @Column('int') version: number;
  @Column('text') status: CartStatus;
  @Column('text') currency: string;
  /** Null for a guest's cart, which belongs to who has its token. */
  @Column('text', { name: 'customer_id', nullable: true }) customerId: string | null;
  @Column('text', { nullable: true }) email: string | null;
  @Column('jsonb', { name: 'shipping_address', nullable: true }) shippingAddress: Address | null;
  @Column('jsonb', { name: 'billing_address', nullable: true }) billingAddress: Address | null;
  @Column('text', { nullable: true }) note: string | null;
  @Column('uuid', { name: 'order_id', nullable: true }) orderId: string | null;
  @Column('uuid', { name: 'merged_into', nullable: true }) mergedInto: string | null;
  @Column('int', { name: 'line_count' }) lineCount: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  /** Stored in carts.line, in the order in which they were added. */
  lines: CartLine[];
  /** The transitions since it was opened or loaded. */
  readonly news: CartNews[] = [];
  /** Lines to write, as they are now; quantity 0 for those to take out. */
  readonly changes = new Map<string, CartLine>();

  static open(of: { customerId: string | null; currency: string; lines: LineToAdd[] }): Cart {
    const none = {
      email: null,
      shippingAddress: null,
      billingAddress: null,
      note: null,
      orderId: null,
      mergedInto: null,
    };
    const { customerId, currency } = of;
    const cart = Object.assign(new Cart(), none, {
      id: uuidv7(),
      version: 0,
      status: 'open' as const,
      customerId,
      currency,
    });
    cart.lines = [];
    cart.take(of.lines);
    cart.tell((payload) => ({ type: 'cart.created', payload }));
    return cart;
  }

  /** Adds commute: units of a sku that is there already go to its line. Throws QuantityLimit, LineLimit. */
  add(lines: LineToAdd[]): void {
    this.reopen();
    this.take(lines);
    this.tellOfLines();
  }

  /** `unitPriceMinor` is the price now seen; undefined for an item that has none any more. */
  setQuantity(lineId: string, quantity: number, unitPriceMinor: (sku: string) => number | undefined): void {
    this.reopen();
    const line = this.lineOf(lineId);
    const seen = unitPriceMinor(line.sku) ?? line.unitPriceMinor;
    if (line.quantity === quantity && line.unitPriceMinor === seen) return;
    this.set(line, quantity, seen);
    this.tellOfLines();
  }

  remove(lineId: string): void {
    this.reopen();
    const line = this.lineOf(lineId);
    this.lines = this.lines.filter((each) => each !== line);
    this.changes.set(lineId, { ...line, quantity: 0 });
    this.tellOfLines();
  }

  /** What is absent stays, null takes away. */
  describe(details: CartDetailsRequest): void {
    this.reopen();
    const changed = detailNames.filter(
      (name) => details[name] !== undefined && !isDeepStrictEqual(details[name], this[name]),
    );
    if (changed.length === 0) return;
    Object.assign(this, Object.fromEntries(changed.map((name) => [name, details[name]])));
    this.tell((snapshot) => ({ type: 'cart.details_changed', payload: { ...snapshot, changed } }));
  }

  /** Units of the same sku add up as far as the limits allow; what goes beyond is answered and stays in the guest's cart. */
  absorb(guest: Cart): NotCarried[] {
    this.reopen();
    const there = this.bySku();
    const left = guest.lines
      .map((line) => this.carry(line, there.get(line.sku)))
      .filter((each) => each !== undefined);
    if (this.changes.size > 0) this.tellOfLines();
    const empty = detailNames.filter((name) => this[name] === null && guest[name] !== null);
    if (empty.length > 0) this.describe(Object.fromEntries(empty.map((name) => [name, guest[name]])));
    return left;
  }

  /** The guest's cart keeps its lines and belongs, read-only, to the customer from now on. */
  endIn(target: Cart): void {
    this.reopen();
    this.move('merged');
    this.mergedInto = target.id;
    this.customerId = target.customerId;
    this.tell((snapshot) => ({ type: 'cart.merged', payload: { ...snapshot, mergedInto: target.id } }));
  }

  /** A shopper who comes back to an abandoned cart may order it as it is. */
  readyForCheckout(): void {
    this.reopen();
  }

  private refuseUnlessOpen(): void {
    if (this.status === 'ordered' && this.orderId !== null) throw new CartAlreadyOrdered(this.orderId);
    if (this.status !== 'open') throw new CartNotOpen(this.status);
  }

  /** Answers what every order has. */
  refuseUnlessComplete(): { email: string; shippingAddress: Address } {
    const { email, shippingAddress } = this;
    if (email === null || shippingAddress === null || this.lines.length === 0)
      throw new CartIncomplete(this.missing());
    return { email, shippingAddress };
  }

  /** What a checkout still needs. */
  missing(): Missing[] {
    const problems: Missing[] = [];
    if (this.lines.length === 0)
      problems.push({ pointer: '#/lines', code: 'empty', message: 'the cart has no line' });
    if (!this.email)
      problems.push({ pointer: '#/email', code: 'email-missing', message: 'an email address is needed' });
    if (!this.shippingAddress) {
      problems.push({
        pointer: '#/shippingAddress',
        code: 'address-missing',
        message: 'a shipping address is needed',
      });
    }
    return problems;
  }

  /** An edit wakes an abandoned cart; any other cart that is not open refuses it. */
  private reopen(): void {
    if (this.status !== 'abandoned') return this.refuseUnlessOpen();
    this.move('open');
    this.tell((payload) => ({ type: 'cart.reopened', payload }));
  }

  private take(toAdd: LineToAdd[]): void {
    const there = this.bySku();
    const sums = gather(toAdd).map((line) => ({
      ...line,
      quantity: line.quantity + (there.get(line.sku)?.quantity ?? 0),
    }));
    const beyond = sums.filter((line) => line.quantity > maxUnitsPerLine);
    if (beyond.length > 0) throw new QuantityLimit(beyond.map(({ index }) => `#/lines/${index}/quantity`));
    const newCount = sums.filter(({ sku }) => !there.has(sku)).length;
    if (this.lines.length + newCount > maxLinesPerCart) throw new LineLimit();
    for (const sum of sums)
      this.set(there.get(sum.sku) ?? this.append(sum), sum.quantity, sum.unitPriceMinor);
  }

  private carry(line: CartLine, there: CartLine | undefined): NotCarried | undefined {
    if (!there && this.lines.length >= maxLinesPerCart)
      return { sku: line.sku, quantity: line.quantity, code: 'line-limit' };
    const sum = (there?.quantity ?? 0) + line.quantity;
    const quantity = Math.min(sum, maxUnitsPerLine);
    const target = there ?? this.append(line);
    if (quantity > (there?.quantity ?? 0)) this.set(target, quantity, target.unitPriceMinor);
    return sum > quantity ? { sku: line.sku, quantity: sum - quantity, code: 'quantity-limit' } : undefined;
  }

  private append(line: Pick<CartLine, 'sku' | 'quantity' | 'unitPriceMinor'>): CartLine {
    const appended = newLine(line);
    this.lines.push(appended);
    return appended;
  }

  private set(line: CartLine, quantity: number, unitPriceMinor: number): void {
    line.quantity = quantity;
    line.unitPriceMinor = unitPriceMinor;
    this.changes.set(line.lineId, line);
  }

  private bySku(): Map<string, CartLine> {
    return new Map(this.lines.map((line) => [line.sku, line]));
  }

  private lineOf(lineId: string): CartLine {
    const line = this.lines.find((each) => each.lineId === lineId);
    if (!line) throw new CartLineNotFound();
    return line;
  }

  private move(to: CartStatus): void {
    if (!mayMove(this.status, to)) throw new CartNotOpen(this.status);
    this.status = to;
  }

  private tellOfLines(): void {
    const changed = [...this.changes.values()].map(({ lineId, sku, quantity }) => ({
      lineId,
      sku,
      quantity,
    }));
    const changes = changed.length <= maxLinesInView ? changed : undefined;
    this.tell((snapshot) => ({
      type: 'cart.lines_changed',
      payload: { ...snapshot, changedLineCount: changed.length, changes },
    }));
  }

  private tell(compose: (snapshot: CartSnapshot) => CartNews): void {
    this.version += 1;
    this.lineCount = this.lines.length;
    const { id, version, status, currency, lineCount } = this;
    this.news.push(compose({ cartId: id, version, status, currency, lineCount }));
  }
}
