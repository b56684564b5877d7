import { DomainError } from '../errors/domain-error.js';
import { parseJson } from './json-body.js';

const parsed = (text: string): unknown => parseJson(Buffer.from(text));

describe('a JSON body', () => {
  it('is its value, with any storable text in it', () => {
    const value = {
      note: 'naïve 😀 \u202e "quoted" \\ { [ :',
      lines: [{ sku: '84031a', quantity: 2 }],
      none: null,
    };
    expect(parsed(JSON.stringify(value))).toEqual(value);
  });

  it.each([
    ['broken', '{"a":'],
    ['not a number of JSON', '{"a": NaN}'],
    ['commented', '{"a": 1 /* one */}'],
    ['begun with a byte order mark', '\ufeff{}'],
    ['the same key twice', '{"a": 1, "a": 2}'],
    ['a prototype for a key', '{"__proto__": {"isAdmin": true}}'],
    ['a NUL', '{"a": "x\\u0000y"}'],
    ['a NUL in a key', '{"x\\u0000y": 1}'],
    ['a lone surrogate', '{"a": ["\\ud800"]}'],
  ])('is refused when it is or has %s', (_what, text) => {
    expect(() => parsed(text)).toThrow(DomainError);
  });

  it('is refused when it is not UTF-8', () => {
    expect(() => parseJson(Buffer.from('{"a":"é"}', 'latin1'))).toThrow(/UTF-8/);
    expect(() => parseJson(Buffer.from('{"a":1}', 'utf16le'))).toThrow(DomainError);
  });

  it('may be nested 32 levels deep and no deeper, however deep the rest is', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parsed(nested(32))).not.toThrow();
    expect(() => parsed(nested(33))).toThrow(/deeper than 32/);
    expect(() => parsed(nested(40_000))).toThrow(/deeper than 32/);
    expect(() => parsed('{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')).not.toThrow();
  });
});
