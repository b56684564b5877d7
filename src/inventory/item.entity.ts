import { isDeepStrictEqual } from 'node:util';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Words of the shop about the item, such as `colour` → `red`. */
export type Attributes = Record<string, string>;

/** What a shop says about an item; stock is an aggregate of its own. */
export interface ItemDetails {
  name: string;
  description: string | null;
  /** Minor units of `currency`. */
  priceMinor: number;
  currency: string;
  attributes: Attributes;
  imageUrl: string | null;
  active: boolean;
}

/** Something that is sold. One change raises the version by one. */
@Entity({ schema: 'inventory', name: 'item' })
export class Item implements ItemDetails {
  /** Exact ASCII, case kept: real shops have 84031A and 84031a. */
  @PrimaryColumn('text') sku: string;
  @Column('text') name: string;
  @Column('text', { nullable: true }) description: string | null;
  @Column('bigint', { name: 'price_minor' }) priceMinor: number;
  @Column('text') currency: string;
  @Column('jsonb') attributes: Attributes;
  @Column('text', { name: 'image_url', nullable: true }) imageUrl: string | null;
  @Column('boolean') active: boolean;
  @Column('int') version: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'changed_at' }) changedAt: Date;

  static create(sku: string, details: ItemDetails, now: Date): Item {
    return Object.assign(new Item(), details, { sku, version: 1, createdAt: now, changedAt: now });
  }

  /** Takes what is named and keeps the rest; answers false where nothing differs, and the version stays. */
  change(change: Partial<ItemDetails>, now: Date): boolean {
    const { name, description, priceMinor, currency, attributes, imageUrl, active } = this;
    const before: ItemDetails = { name, description, priceMinor, currency, attributes, imageUrl, active };
    const after: ItemDetails = { ...before, ...withoutAbsent(change) };
    // The database answers attributes in its own order of keys, which deep equality passes over.
    if (isDeepStrictEqual(before, after)) return false;
    Object.assign(this, after);
    this.version += 1;
    this.changedAt = now;
    return true;
  }
}

function withoutAbsent(change: Partial<ItemDetails>): Partial<ItemDetails> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
