import { randomUUID } from 'node:crypto';
import type { Shop } from './start.js';

interface ShownItem {
  sku: string;
  price: { amountMinor: number; currency: string };
  availability: string;
}

/** What a person at the terminal can do next, a purchase to copy included where there is anything to buy. */
export async function welcome({ url }: Shop): Promise<string> {
  const answer = await fetch(`${url}/v1/items?limit=50`);
  const { items } = (await answer.json()) as { items: ShownItem[] };
  const item = items.find(({ availability }) => availability === 'in-stock');
  const lines = ['', `The shop is open at ${url}`, `  docs     ${url}/docs`, `  metrics  ${url}/metrics`];
  if (item) lines.push('', 'Buy something:', '', purchase(url, item));
  return `${lines.join('\n')}\n\n`;
}

/** One call that places and pays an order; sent twice it still buys once, by its key. */
function purchase(url: string, item: ShownItem): string {
  const order = {
    lines: [{ sku: item.sku, quantity: 1 }],
    email: 'ada@example.com',
    shippingAddress: {
      name: 'Ada',
      line1: '1 High Street',
      city: 'Leeds',
      postalCode: 'LS1 4AP',
      country: 'GB',
    },
    expectedTotal: item.price,
    payment: { provider: 'sandbox', instrument: 'tok_approve' },
  };
  return [
    `curl -i -X POST ${url}/v1/orders \\`,
    `  -H 'Content-Type: application/json' -H 'Idempotency-Key: ${randomUUID()}' \\`,
    `  -d '${JSON.stringify(order)}'`,
  ].join('\n');
}
