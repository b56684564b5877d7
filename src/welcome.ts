import type { Shop } from './start.js';

/** What a person at the terminal can do next. */
export function welcome(shop: Shop): string {
  return `
The shop is open at ${shop.url}
  docs     ${shop.url}/docs
  metrics  ${shop.url}/metrics
`;
}
