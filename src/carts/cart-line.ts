import { uuidv7 } from 'uuidv7';

/** Units of one item in a cart. */
export interface CartLine {
  lineId: string;
  sku: string;
  quantity: number;
  /** The price that the shopper saw when the line was last added to or set; totals take today's. */
  unitPriceMinor: number;
}

export interface LineToAdd {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
  /** Its place in the request's lines, for the pointer of a refusal. */
  index: number;
}

/** Why units of a guest's cart stayed behind in it. */
export interface NotCarried {
  sku: string;
  quantity: number;
  code: 'quantity-limit' | 'line-limit';
}

export function newLine(line: Pick<CartLine, 'sku' | 'quantity' | 'unitPriceMinor'>): CartLine {
  const { sku, quantity, unitPriceMinor } = line;
  return { lineId: uuidv7(), sku, quantity, unitPriceMinor };
}

/** One entry per sku, in the order of the first; the same sku twice is the sum of both. */
export function gather(lines: readonly LineToAdd[]): LineToAdd[] {
  const bySku = new Map<string, LineToAdd>();
  for (const line of lines) {
    const earlier = bySku.get(line.sku);
    if (earlier) earlier.quantity += line.quantity;
    else bySku.set(line.sku, { ...line });
  }
  return [...bySku.values()];
}
