import type { Quote } from '../inventory/index.js';
import { Cart } from './cart.entity.js';
import { problemsOf } from './cart-problems.js';

const address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

const quote = (sku: string, change: Partial<Quote> = {}): [string, Quote] => [
  sku,
  { sku, name: sku, unitPriceMinor: 100, currency: 'GBP', isActive: true, available: 1000, ...change },
];

function cartOf(...lines: [sku: string, quantity: number][]): Cart {
  const toAdd = lines.map(([sku, quantity], index) => ({ sku, quantity, unitPriceMinor: 100, index }));
  const cart = Cart.open({ customerId: null, currency: 'GBP', lines: toAdd });
  cart.describe({ email: 'a@example.com', shippingAddress: address });
  return cart;
}

it('finds nothing in a cart that can be ordered', () => {
  expect(problemsOf(cartOf(['A', 1]), new Map([quote('A')]))).toEqual([]);
});

it('names what a cart lacks', () => {
  const cart = Cart.open({ customerId: null, currency: 'GBP', lines: [] });
  const problems = problemsOf(cart, new Map());
  expect(problems.map(({ code }) => code)).toEqual(['empty', 'email-missing', 'address-missing']);
  expect(problems.every(({ isBlocking }) => isBlocking)).toBe(true);
});

it('names every problem of every line at once', () => {
  const cart = cartOf(['gone', 1], ['off', 1], ['short', 5], ['fine', 1], ['dear', 1]);
  const quotes = new Map([
    quote('off', { isActive: false }),
    quote('short', { available: 3, unitPriceMinor: 120 }),
    quote('fine'),
    quote('dear', { unitPriceMinor: 150 }),
  ]);
  expect(problemsOf(cart, quotes)).toMatchObject([
    { code: 'not-available', sku: 'gone', pointer: '#/lines/0', isBlocking: true },
    { code: 'not-available', sku: 'off', pointer: '#/lines/1', isBlocking: true },
    { code: 'out-of-stock', sku: 'short', requested: 5, available: 3, isBlocking: true },
    { code: 'price-changed', sku: 'short', seenUnitPrice: 100, unitPrice: 120, isBlocking: false },
    { code: 'price-changed', sku: 'dear', seenUnitPrice: 100, unitPrice: 150 },
  ]);
});

it('shows no more of the shelf than was asked for', () => {
  const problems = problemsOf(cartOf(['A', 5]), new Map([quote('A', { available: 0 })]));
  expect(problems).toMatchObject([{ code: 'out-of-stock', requested: 5, available: 0 }]);
});

it('says of a line beyond the limit how many units it may have', () => {
  const cart = cartOf(['A', 1]);
  for (const line of cart.lines) line.quantity = 100_001;
  const problems = problemsOf(cart, new Map([quote('A', { available: 1_000_000 })]));
  expect(problems).toMatchObject([{ code: 'quantity-limit', requested: 100_001, limit: 100_000 }]);
});

it('names the state of a cart that is not open', () => {
  const cart = cartOf(['A', 1]);
  cart.status = 'expired';
  expect(problemsOf(cart, new Map([quote('A')]))).toMatchObject([
    { code: 'cart-not-open', message: 'the cart is expired' },
  ]);
});
