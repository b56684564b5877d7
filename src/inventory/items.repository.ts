import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { SkuTaken } from './inventory.errors.js';
import { Item } from './item.entity.js';
import { mainLocation } from './movement.js';

/** Every write of items; reads for people are in item-views.repository.ts. */
@Injectable()
export class ItemsRepository {
  constructor(private readonly database: Database) {}

  now(): Promise<Date> {
    return this.database.now();
  }

  async lock(sku: string): Promise<Item | undefined> {
    return (await this.lockAll([sku]))[0];
  }

  /** Those of the skus that exist, in the order of skus. */
  lockAll(skus: string[]): Promise<Item[]> {
    return this.database.manager
      .createQueryBuilder(Item, 'item')
      .where('item.sku = any(:skus)', { skus })
      .orderBy('item.sku')
      .setLock('for_no_key_update')
      .getMany();
  }

  async known(skus: string[]): Promise<string[]> {
    const rows = await this.database.rows<{ sku: string }>(
      'select sku from inventory.item where sku = any($1)',
      [skus],
    );
    return rows.map((row) => row.sku);
  }

  /** Throws SkuTaken. */
  async insert(item: Item): Promise<void> {
    if ((await this.insertAll([item])).size === 0) throw new SkuTaken(item.sku);
  }

  /** Writes the items that nobody has yet, each with an empty stock level, and answers their skus. */
  async insertAll(items: Item[]): Promise<Set<string>> {
    if (items.length === 0) return new Set();
    const rows = await this.database.rows<{ sku: string }>(
      `with given as (select * from jsonb_to_recordset($1) as g (${columns})),
       item as (
         insert into inventory.item (sku, name, description, price_minor, currency, attributes, image_url, active, version, created_at, changed_at)
         select g.sku, g.name, g.description, g."priceMinor", g.currency, g.attributes, g."imageUrl", g.active, g.version, g."createdAt", g."changedAt"
         from given g order by g.sku
         on conflict (sku) do nothing
         returning sku
       ),
       level as (insert into inventory.stock_level (sku, location) select sku, $2 from item)
       select sku from item`,
      [JSON.stringify(items), mainLocation],
    );
    return new Set(rows.map((row) => row.sku));
  }

  async saveAll(items: Item[]): Promise<void> {
    if (items.length === 0) return;
    await this.database.rows(
      `update inventory.item i
       set name = g.name, description = g.description, price_minor = g."priceMinor", currency = g.currency,
         attributes = g.attributes, image_url = g."imageUrl", active = g.active, version = g.version, changed_at = g."changedAt"
       from jsonb_to_recordset($1) as g (${columns})
       where i.sku = g.sku`,
      [JSON.stringify(items)],
    );
  }
}

const columns = `sku text, name text, description text, "priceMinor" bigint, currency text, attributes jsonb, "imageUrl" text,
  active boolean, version int, "createdAt" timestamptz, "changedAt" timestamptz`;
