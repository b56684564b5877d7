import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Attributes } from './item.entity.js';
import type { ItemListQuery, ItemSort, ItemView } from './inventory.schemas.js';
import { itemViewOf } from './item-view.js';

export interface ItemRow {
  sku: string;
  version: number;
  name: string;
  description: string | null;
  priceMinor: number;
  currency: string;
  attributes: Attributes;
  imageUrl: string | null;
  active: boolean;
  createdAt: Date;
  changedAt: Date;
  /** Summed over all locations. */
  available: number;
  /** What the list is sorted by, as text that the next page begins after. */
  sortValue: string;
}

export interface QuoteRow {
  sku: string;
  name: string;
  unitPriceMinor: number;
  currency: string;
  isActive: boolean;
  available: number;
}

/** Each key has an index between active and sku, so a page costs the same wherever it begins. */
const byName = {
  column: 'i.sort_name',
  asText: 'i.sort_name',
  fromText: (value: string) => `${value}::text`,
};
const byPrice = {
  column: 'i.price_minor',
  asText: 'i.price_minor::text',
  fromText: (value: string) => `${value}::bigint`,
};
// Whole microseconds, since a time as text would have to be proved a real date before the database sees it.
const byAge = {
  column: 'i.created_at',
  asText: '(extract(epoch from i.created_at) * 1000000)::bigint::text',
  fromText: (value: string) => `timestamptz 'epoch' + ${value}::bigint * interval '1 microsecond'`,
};
const sorts: Record<ItemSort, typeof byName & { direction: 'asc' | 'desc' }> = {
  name: { ...byName, direction: 'asc' },
  '-name': { ...byName, direction: 'desc' },
  price: { ...byPrice, direction: 'asc' },
  '-price': { ...byPrice, direction: 'desc' },
  createdAt: { ...byAge, direction: 'asc' },
  '-createdAt': { ...byAge, direction: 'desc' },
};

const available = `(select coalesce(sum(s.on_hand - s.reserved), 0)::bigint from inventory.stock_level s where s.sku = i.sku)`;

const itemColumns = `i.sku, i.version, i.name, i.description, i.price_minor as "priceMinor", i.currency, i.attributes,
  i.image_url as "imageUrl", i.active, i.created_at as "createdAt", i.changed_at as "changedAt", ${available} as available`;

@Injectable()
export class ItemViewsRepository {
  constructor(private readonly database: Database) {}

  async one(sku: string): Promise<ItemView | undefined> {
    const row = await this.database.row<Omit<ItemRow, 'sortValue'>>(
      `select ${itemColumns} from inventory.item i where i.sku = $1`,
      [sku],
    );
    return row && itemViewOf(row, row.available);
  }

  /** One row more than `limit` where there is a next page; `after` is sort value and sku of the row before. */
  list(
    query: ItemListQuery,
    isActive: boolean,
    after?: { sortValue: string; sku: string },
  ): Promise<ItemRow[]> {
    const { column, asText, fromText, direction } = sorts[query.sort];
    const parameters: unknown[] = [];
    const bind = (value: unknown): string => `$${parameters.push(value)}`;
    const conditions = [`i.active = ${bind(isActive)}`];
    if (query.search !== undefined)
      conditions.push(`i.search @@ to_tsquery('simple', ${bind(wordBeginnings(query.search))})`);
    if (query.priceMin !== undefined) conditions.push(`i.price_minor >= ${bind(query.priceMin)}`);
    if (query.priceMax !== undefined) conditions.push(`i.price_minor <= ${bind(query.priceMax)}`);
    if (query.inStock !== undefined) conditions.push(`${query.inStock ? '' : 'not '}${hasUnits}`);
    if (after) {
      const isAfter = direction === 'asc' ? '>' : '<';
      conditions.push(
        `(${column}, i.sku) ${isAfter} (${fromText(bind(after.sortValue))}, ${bind(after.sku)})`,
      );
    }
    return this.database.rows<ItemRow>(
      `select ${itemColumns}, ${asText} as "sortValue" from inventory.item i
       where ${conditions.join(' and ')}
       order by ${column} ${direction}, i.sku ${direction} limit ${bind(query.limit + 1)}`,
      parameters,
    );
  }

  quote(skus: string[], currency: string): Promise<QuoteRow[]> {
    return this.database.rows<QuoteRow>(
      `select i.sku, i.name, i.price_minor as "unitPriceMinor", i.currency, i.active as "isActive", ${available} as available
       from inventory.item i where i.sku = any($1) and i.currency = $2`,
      [skus, currency],
    );
  }
}

const hasUnits =
  'exists (select from inventory.stock_level s where s.sku = i.sku and s.on_hand > s.reserved)';

/** `white hang` → `'white':* & 'hang':*`; the same punctuation is space here as in the index. */
export function wordBeginnings(search: string): string {
  const words = search.split(/[\s!-/:-@[-`{-~]+/).filter((word) => word !== '');
  return words.map((word) => `'${word}':*`).join(' & ');
}
