import type { ArgumentMetadata } from '@nestjs/common';
import { z } from 'zod';
import { DomainError, type FieldProblem } from '../errors/domain-error.js';
import { cursorQuery, moneySchema, text } from './schemas.js';
import { RequestValidationPipe } from './validation.pipe.js';

async function faults(
  schema: z.ZodType,
  value: unknown,
  place: Omit<ArgumentMetadata, 'schema' | 'metatype'>,
): Promise<FieldProblem[]> {
  try {
    await new RequestValidationPipe().transform(value, { ...place, schema });
    return [];
  } catch (error) {
    return error instanceof DomainError ? (error.details.errors ?? []) : [];
  }
}

const order = z.strictObject({
  lines: z.array(z.strictObject({ quantity: z.int().min(1) })),
  total: moneySchema,
});

describe('a request that its schema refuses', () => {
  it('names each fault of the body by its JSON Pointer', async () => {
    const found = await faults(
      order,
      { lines: [{ quantity: 0 }], total: { amountMinor: 1.5, currency: 'GBP' }, 'a/b': 1 },
      { type: 'body' },
    );
    expect(found.map(({ pointer, code }) => [pointer, code])).toEqual(
      expect.arrayContaining([
        ['/lines/0/quantity', 'too-small'],
        ['/total/amountMinor', 'invalid-type'],
        ['/a~1b', 'unknown-field'],
      ]),
    );
  });

  it('tells a missing field from a wrong one', async () => {
    expect(await faults(order, { lines: [] }, { type: 'body' })).toMatchObject([
      { pointer: '/total', code: 'required' },
    ]);
  });

  it('names faults of the query and of the address', async () => {
    expect(await faults(cursorQuery, { limit: '201' }, { type: 'query' })).toMatchObject([
      { pointer: '#/query/limit' },
    ]);
    expect(await faults(z.uuid(), 'x', { type: 'param', data: 'id' })).toMatchObject([
      { pointer: '#/path/id' },
    ]);
  });

  it('has text without NUL and lone surrogates, and any other text as it was sent', async () => {
    for (const bad of ['', 'a\0b', '\udc00', 'x'.repeat(11)])
      expect(await faults(text(10), bad, { type: 'body' })).toHaveLength(1);
    for (const good of ['  a ', '😀', 'e\u0301', '\u202eabc'])
      expect(await faults(text(10), good, { type: 'body' })).toEqual([]);
  });

  it('has money in whole minor units that JavaScript counts exactly', async () => {
    for (const amountMinor of [-1, 0.5, 2 ** 53, '1', NaN]) {
      expect(await faults(moneySchema, { amountMinor, currency: 'GBP' }, { type: 'body' })).toHaveLength(1);
    }
    expect(await faults(moneySchema, { amountMinor: 0, currency: 'JPY' }, { type: 'body' })).toEqual([]);
  });
});
