import { z } from 'zod';
import { TotalTooLarge } from './carts.errors.js';

const minor = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What a line costs; all amounts in minor units. total = subtotal − discount, plus tax where prices exclude it. */
export const pricedLine = z.object({
  unitPrice: minor,
  quantity: z.int().min(1),
  subtotal: minor.describe('unitPrice × quantity'),
  discount: minor,
  tax: minor,
  total: minor,
});
export type PricedLine = z.output<typeof pricedLine>;

export const totalsSchema = z
  .object({
    currency: z.string().describe('ISO 4217'),
    pricesIncludeTax: z.boolean(),
    subtotal: minor,
    discount: minor,
    shipping: minor,
    tax: minor,
    total: minor.describe("the lines' totals plus shipping"),
  })
  .meta({ id: 'Totals', description: 'integers in minor units of the currency' });
export type Totals = z.output<typeof totalsSchema>;

/** Throws TotalTooLarge. */
export function priceLine(unitPriceMinor: number, quantity: number): PricedLine {
  const subtotal = exact(unitPriceMinor * quantity);
  return { unitPrice: unitPriceMinor, quantity, subtotal, discount: 0, tax: 0, total: subtotal };
}

/** Throws TotalTooLarge. */
export function sumUp(lines: readonly PricedLine[], currency: string, pricesIncludeTax: boolean): Totals {
  const totals = { currency, pricesIncludeTax, subtotal: 0, discount: 0, shipping: 0, tax: 0, total: 0 };
  for (const line of lines) {
    totals.subtotal = exact(totals.subtotal + line.subtotal);
    totals.discount = exact(totals.discount + line.discount);
    totals.tax = exact(totals.tax + line.tax);
    totals.total = exact(totals.total + line.total);
  }
  return totals;
}

function exact(amountMinor: number): number {
  if (!Number.isSafeInteger(amountMinor)) throw new TotalTooLarge();
  return amountMinor;
}
