import { z } from 'zod';
import { DomainError } from '../errors/domain-error.js';

export class CursorInvalid extends DomainError {
  constructor() {
    super('malformed', 'cursor-invalid', 'the cursor was not made by this list', {
      errors: [
        {
          pointer: '#/query/cursor',
          code: 'cursor-invalid',
          message: 'must be nextCursor of the page before',
        },
      ],
    });
  }
}

type SortKey = string | number;

/** Opaque position in a list: the sort keys of its last entry. */
export class Cursor {
  static encode(keys: readonly SortKey[]): string {
    return Buffer.from(JSON.stringify(keys)).toString('base64url');
  }

  /** The keys, as many as `shape` says or of the shape it says; give a zod tuple where the database would refuse the wrong type. */
  static decode(cursor: string, shape: number): SortKey[];
  static decode<S extends z.ZodType>(cursor: string, shape: S): z.output<S>;
  static decode(cursor: string, shape: number | z.ZodType): unknown {
    const schema =
      typeof shape === 'number' ? z.array(z.union([z.string().max(300), z.number()])).length(shape) : shape;
    const keys = schema.safeParse(parse(cursor));
    if (!keys.success) throw new CursorInvalid();
    return keys.data;
  }
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new CursorInvalid();
    throw error;
  }
}
