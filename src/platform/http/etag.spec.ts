import { DomainError } from '../errors/domain-error.js';
import { bodyHash, etagOf, matchWhereSent, noneMatchHolds, parseIfMatch, requireMatch } from './etag.js';

const codeOf = (work: () => void): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
};

describe('an ETag', () => {
  it('names the view and the versions of what it shows', () => {
    expect(etagOf('cart', 7)).toBe('"cart-7"');
    expect(etagOf('order-detail', 7, 3, 'ab')).toBe('"order-detail-7.3.ab"');
    expect(bodyHash({ a: 1 })).not.toBe(bodyHash({ a: 2 }));
  });

  it('comes back in If-Match as the aggregate’s version', () => {
    expect(parseIfMatch(etagOf('cart', 7, 'hash'))).toEqual({ version: 7 });
    expect(parseIfMatch(undefined)).toBeUndefined();
  });

  it('lets only the version that was seen pass', () => {
    expect(codeOf(() => requireMatch(parseIfMatch('"cart-7"'), 7))).toBeUndefined();
    expect(codeOf(() => requireMatch(parseIfMatch('*'), 7))).toBeUndefined();
    expect(codeOf(() => requireMatch(parseIfMatch('"cart-6"'), 7))).toBe('version-mismatch');
    expect(codeOf(() => requireMatch(parseIfMatch('W/"cart-7"'), 7))).toBe('version-mismatch');
    expect(codeOf(() => requireMatch(parseIfMatch('"something-else"'), 7))).toBe('version-mismatch');
    expect(codeOf(() => requireMatch(undefined, 7))).toBe('if-match-required');
    expect(codeOf(() => matchWhereSent(undefined, 7))).toBeUndefined();
    expect(codeOf(() => parseIfMatch('cart-7'))).toBe('if-match-invalid');
  });

  it('is compared weakly by If-None-Match', () => {
    expect(noneMatchHolds('"a-1", W/"cart-7"', '"cart-7"')).toBe(true);
    expect(noneMatchHolds('*', '"cart-7"')).toBe(true);
    expect(noneMatchHolds('"cart-6"', '"cart-7"')).toBe(false);
    expect(noneMatchHolds(undefined, '"cart-7"')).toBe(false);
  });
});
