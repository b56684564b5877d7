import { z } from 'zod';
import { Cursor, CursorInvalid } from './cursor.js';

describe('a cursor', () => {
  it('gives back the keys it was made of', () => {
    expect(Cursor.decode(Cursor.encode(['2026-11-23T10:00:00.000Z', 7]), 2)).toEqual([
      '2026-11-23T10:00:00.000Z',
      7,
    ]);
  });

  it.each(['', 'x', '%%%', 'bnVsbA', Cursor.encode(['one']), Cursor.encode(['one', 'two', 'three'])])(
    'is refused as %p where two keys are due',
    (text) => {
      expect(() => Cursor.decode(text, 2)).toThrow(CursorInvalid);
    },
  );

  it('is refused where a key has not the type that the database needs', () => {
    const shape = z.tuple([z.uuid()]);
    expect(() => Cursor.decode(Cursor.encode(["' or 1=1"]), shape)).toThrow(CursorInvalid);
    expect(Cursor.decode(Cursor.encode(['0198a5a5-0000-7000-8000-000000000000']), shape)).toEqual([
      '0198a5a5-0000-7000-8000-000000000000',
    ]);
  });
});
