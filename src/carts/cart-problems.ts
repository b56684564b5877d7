import type { Quote } from '../inventory/index.js';
import type { Cart } from './cart.entity.js';
import { maxLinesPerCart, maxUnitsPerLine } from './cart-limits.js';
import type { CartLine } from './cart-line.js';
import type { CartProblem } from './cart-validation.schemas.js';
import type { Quotes } from './cart-view.js';

/** Everything that stands between this cart and its checkout, all at once, in the order of the cart. */
export function problemsOf(cart: Cart, quotes: Quotes): CartProblem[] {
  return [
    ...stateProblems(cart),
    ...cart.missing().map((missing) => ({ ...missing, isBlocking: true })),
    ...cart.lines.flatMap((line, index) => lineProblems(line, quotes.get(line.sku), `#/lines/${index}`)),
  ];
}

function stateProblems(cart: Cart): CartProblem[] {
  const problems: CartProblem[] = [];
  if (cart.status !== 'open') {
    problems.push({
      code: 'cart-not-open',
      isBlocking: true,
      pointer: '#/status',
      message: `the cart is ${cart.status}`,
    });
  }
  if (cart.lines.length > maxLinesPerCart) {
    const message = `a cart has at most ${maxLinesPerCart} lines`;
    problems.push({
      code: 'line-limit',
      isBlocking: true,
      pointer: '#/lines',
      message,
      limit: maxLinesPerCart,
    });
  }
  return problems;
}

function lineProblems(line: CartLine, quote: Quote | undefined, pointer: string): CartProblem[] {
  const of = { lineId: line.lineId, sku: line.sku };
  const requested = line.quantity;
  if (!quote?.isActive) {
    const message = `${line.sku} is not on sale`;
    return [{ ...of, code: 'not-available', isBlocking: true, pointer, message, requested, available: 0 }];
  }
  const problems: CartProblem[] = [];
  if (requested > maxUnitsPerLine) {
    const message = `a line has at most ${maxUnitsPerLine} units`;
    const limit = maxUnitsPerLine;
    problems.push({
      ...of,
      code: 'quantity-limit',
      isBlocking: true,
      pointer: `${pointer}/quantity`,
      message,
      requested,
      limit,
    });
  }
  if (quote.available < requested) {
    const available = Math.max(0, quote.available);
    const message = `only ${available} of ${requested} units can be had`;
    problems.push({
      ...of,
      code: 'out-of-stock',
      isBlocking: true,
      pointer: `${pointer}/quantity`,
      message,
      requested,
      available,
    });
  }
  if (quote.unitPriceMinor !== line.unitPriceMinor) {
    const prices = { seenUnitPrice: line.unitPriceMinor, unitPrice: quote.unitPriceMinor };
    const message = 'the price is another one than when it was added';
    problems.push({
      ...of,
      code: 'price-changed',
      isBlocking: false,
      pointer: `${pointer}/unitPrice`,
      message,
      ...prices,
    });
  }
  return problems;
}
