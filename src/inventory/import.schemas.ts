import { z } from 'zod';
import { itemFields, skuSchema } from './inventory.schemas.js';

const units = z.int().min(0).max(10_000_000);

/** One row of an import after its text was read. What is absent stays as it is; a new item needs a name and a price. */
export const importRow = z
  .strictObject({
    ...itemFields,
    price: z.string().describe('major units with a point, such as 2.55'),
    priceMinor: z.int().min(0),
    currency: z.string(),
    onHand: units.describe('what was counted: sets the units on the shelf'),
    receive: units.describe('adds units to the shelf'),
  })
  .partial()
  .extend({ sku: skuSchema })
  .refine(
    (row) => row.onHand === undefined || row.receive === undefined,
    'onHand and receive exclude each other',
  )
  .refine(
    (row) => row.price === undefined || row.priceMinor === undefined,
    'price and priceMinor exclude each other',
  );
export type ImportRow = z.output<typeof importRow>;

/** What is wrong with one row; nothing of it was taken. */
export const rowFault = z.object({
  row: z.int().describe('line of the file that the row ends on, counted from 1'),
  sku: z.string().optional(),
  problems: z.array(z.string()),
});
export type RowFault = z.output<typeof rowFault>;

const count = z.int();

/** What an import did, or in a dry run would have done. */
export interface ImportReport {
  dryRun: boolean;
  rows: number;
  accepted: number;
  rejected: number;
  itemsCreated: number;
  itemsChanged: number;
  levelsMoved: number;
  faults: RowFault[];
}

export const faultsShown = 1000;

export const importReportView = z
  .object({
    dryRun: z.boolean(),
    rows: count,
    accepted: count,
    rejected: count,
    itemsCreated: count,
    itemsChanged: count,
    levelsMoved: count.describe('stock levels received or recounted'),
    faults: z.array(rowFault).describe(`the first ${faultsShown} rejected rows`),
  })
  .meta({ id: 'ImportReport' });

export const importQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .describe('judge every row and change nothing'),
});
export type ImportQuery = z.output<typeof importQuery>;
