import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidv7 } from 'uuidv7';

/** A line as it was priced; all amounts in minor units of the order's currency. */
export interface LineToPlace {
  sku: string;
  name: string;
  unitPrice: number;
  quantity: number;
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
}

/** What was sold, frozen at placement, and how far its units have come. */
@Entity({ schema: 'orders', name: 'line' })
export class OrderLine {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'order_id' }) orderId: string;
  @Column('int') position: number;
  @Column('text') sku: string;
  @Column('text') name: string;
  @Column('bigint', { name: 'unit_price_minor' }) unitPriceMinor: number;
  @Column('bigint', { name: 'subtotal_minor' }) subtotalMinor: number;
  @Column('bigint', { name: 'discount_minor' }) discountMinor: number;
  @Column('bigint', { name: 'tax_minor' }) taxMinor: number;
  @Column('bigint', { name: 'total_minor' }) totalMinor: number;
  /** Units ordered; the counts below never make it less. */
  @Column('int') quantity: number;
  @Column('int') canceled: number;
  @Column('int') shipped: number;
  @Column('int') delivered: number;
  @Column('int') returned: number;

  static place(orderId: string, position: number, priced: LineToPlace): OrderLine {
    const line = Object.assign(new OrderLine(), {
      id: uuidv7(),
      orderId,
      position,
      sku: priced.sku,
      name: priced.name,
    });
    line.unitPriceMinor = priced.unitPrice;
    line.subtotalMinor = priced.subtotal;
    line.discountMinor = priced.discount;
    line.taxMinor = priced.tax;
    line.totalMinor = priced.total;
    return Object.assign(line, {
      quantity: priced.quantity,
      canceled: 0,
      shipped: 0,
      delivered: 0,
      returned: 0,
    });
  }

  /** Ordered and not canceled. */
  get expected(): number {
    return this.quantity - this.canceled;
  }

  get canceledMinor(): number {
    return canceledShareMinor(this.totalMinor, this.quantity, this.canceled);
  }
}

/**
 * What `canceled` of `quantity` units are worth, in minor units. Each unit's share of the line's total is frozen by largest
 * remainder, the first units bearing the odd minor units; the last units are canceled first, so all of them are the total.
 */
export function canceledShareMinor(totalMinor: number, quantity: number, canceled: number): number {
  const left = quantity - canceled;
  const share = Math.floor(totalMinor / quantity);
  const bearingMore = totalMinor - share * quantity;
  return totalMinor - (left * share + Math.min(left, bearingMore));
}
