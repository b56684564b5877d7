import { type z } from 'zod';
import { DomainError } from '../platform/errors/domain-error.js';
import { type ImportRow, importRow, type RowFault } from './import.schemas.js';
import type { ReadRow } from './import-reader.js';
import { Item, type ItemDetails } from './item.entity.js';
import type { Movement } from './movement.js';
import { minorUnits } from './price.js';
import type { StockLevel } from './stock-level.entity.js';

export interface WellFormedRow {
  row: number;
  given: ImportRow;
}

/** Whether the row says something that can be taken, by itself. */
export function wellFormed(read: ReadRow): WellFormedRow | RowFault {
  if ('fault' in read) return { row: read.row, problems: [read.fault] };
  const parsed = importRow.safeParse(read.fields);
  if (parsed.success) return { row: read.row, given: parsed.data };
  return { row: read.row, sku: skuOf(read.fields), problems: parsed.error.issues.map(problemOf) };
}

/** What a good row does to the shop. */
export interface RowEffect {
  item: Item;
  is: 'new' | 'changed' | 'same';
  movement?: Movement;
}

/** Decides a row against the item and level that the shop has (both locked); throws a DomainError that names what is wrong. */
export function decide(
  given: ImportRow,
  item: Item | undefined,
  level: StockLevel,
  shopCurrency: string,
  now: Date,
): RowEffect {
  const details = detailsOf(given, shopCurrency);
  const movement = moveStock(given, level);
  if (item) return { item, is: item.change(details, now) ? 'changed' : 'same', movement };
  const { name, priceMinor } = details;
  if (name === undefined || priceMinor === undefined) throw refusal('a new item needs name and price');
  const { description = null, attributes = {}, imageUrl = null, active = true } = details;
  const all = { name, priceMinor, currency: shopCurrency, description, attributes, imageUrl, active };
  return { item: Item.create(given.sku, all, now), is: 'new', movement };
}

function detailsOf(given: ImportRow, shopCurrency: string): Partial<ItemDetails> {
  const { name, description, attributes, imageUrl, active, currency } = given;
  if (currency !== undefined && currency !== shopCurrency)
    throw refusal(`currency: this shop sells in ${shopCurrency} only`);
  return { name, description, attributes, imageUrl, active, priceMinor: priceOf(given, shopCurrency) };
}

function priceOf(given: ImportRow, shopCurrency: string): number | undefined {
  if (given.price === undefined) return given.priceMinor;
  const minor = minorUnits(given.price, shopCurrency);
  if (minor === undefined)
    throw refusal(`price: ${JSON.stringify(given.price)} is no exact amount of ${shopCurrency}`);
  return minor;
}

function moveStock({ onHand, receive }: ImportRow, level: StockLevel): Movement | undefined {
  if (onHand !== undefined && onHand !== level.onHand) return level.recount(onHand, { reason: 'import' });
  if (receive) return level.receive(receive, { reason: 'import' });
  return undefined;
}

const refusal = (message: string): DomainError => new DomainError('rule', 'import-row', message);

function problemOf(issue: z.core.$ZodIssue): string {
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}

/** Named in the report even where the row is bad, as far as it is text. */
function skuOf(fields: unknown): string | undefined {
  if (typeof fields !== 'object' || fields === null || !('sku' in fields)) return undefined;
  return typeof fields.sku === 'string' ? fields.sku.slice(0, 64) : undefined;
}
