import { z } from 'zod';

const unstorable = /[\0\p{Surrogate}]/u;

/** Non-empty text of at most `max` UTF-16 units, stored as sent; NUL and lone surrogates are refused (PostgreSQL has no place for them). */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !unstorable.test(value), 'must not contain NUL or lone surrogates');

/** In the one spelling that the database answers, so that it can be compared as text. */
export const idSchema = z.uuid().toLowerCase();

export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');

/** An amount in minor units (pence, cents, yen); never a fraction. */
export const moneySchema = z
  .strictObject({ amountMinor: z.int().min(0), currency: currencySchema })
  .meta({ id: 'Money' });
export type Money = z.output<typeof moneySchema>;

/** Query of every list; rooms extend it with filters that are stored and indexed. */
export const cursorQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('entries a page, at most 200'),
  cursor: z.string().min(1).max(1000).optional().describe('nextCursor of the page before'),
});

/** A page of a list; `nextCursor` is absent on the last one. */
export const page = <Item extends z.ZodType>(item: Item, id: string) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() }).meta({ id });
