import { ReadCache } from '../../src/platform/cache/index.js';
import { itemView } from '../../src/inventory/inventory.schemas.js';
import type { TestApp } from './app.js';

const hourMs = 3_600_000;

/** Keeps an item as shoppers see it now in the process's cache, for so long that only a notice can end it. */
export async function keepItem({ app, request }: TestApp, sku: string): Promise<void> {
  const { body } = await request.get(`/v1/items/${sku}`).expect(200);
  const seen = itemView.parse(body);
  const cache = app.get(ReadCache, { strict: false });
  await cache.forget([`item:${sku}`]);
  const isValue = (value: unknown): value is typeof seen => itemView.safeParse(value).success;
  await cache.read(`item:${sku}`, { load: () => Promise.resolve(seen), isValue, longestAgeMs: hourMs });
}
