import { canonicalJson } from './canonical-json.js';
import { fingerprintOf } from './fingerprint.js';
import { KeyInvalid, KeyMissing } from './idempotency.errors.js';
import { scopeOf } from './idempotency-key.js';

const guest = { kind: 'guest', cartId: 'c1' } as const;
const uuid = '0198a5a5-1111-7000-8000-0123456789ab';

describe('an Idempotency-Key', () => {
  it('may be bare or quoted, and belongs to the principal', () => {
    expect(scopeOf(uuid, guest, true)).toEqual({ principalId: 'guest:c1', key: uuid });
    expect(scopeOf(`"${uuid}"`, guest, true)).toEqual({ principalId: 'guest:c1', key: uuid });
    expect(scopeOf(uuid, { kind: 'guest', orderId: 'o1' }, true).principalId).toBe('guest:o1');
    expect(scopeOf(uuid, { kind: 'guest', cartId: 'c1', orderId: 'o1' }, true).principalId).toBe('guest:c1');
  });

  it('is missed only where it is required', () => {
    expect(() => scopeOf(undefined, guest, true)).toThrow(KeyMissing);
    expect(scopeOf(undefined, guest, false)).toEqual({ principalId: 'guest:c1' });
  });

  it.each(['short', 'x'.repeat(256), 'with space in it!', '', '"unclosed-0123456789', 'ключ-ключ-ключ-ключ'])(
    'is refused as %p',
    (header) => {
      expect(() => scopeOf(header, guest, false)).toThrow(KeyInvalid);
    },
  );

  it('of a stranger must be a UUID and is kept as a hash', () => {
    expect(() => scopeOf('not-a-uuid-0123456789', { kind: 'anonymous' }, true)).toThrow(KeyInvalid);
    const scope = scopeOf(uuid, { kind: 'anonymous' }, true);
    expect(scope.key).toMatch(/^[0-9a-f]{64}$/);
    expect(scopeOf(uuid.toUpperCase(), { kind: 'anonymous' }, true)).toEqual(scope);
  });
});

describe('a fingerprint', () => {
  const base = { method: 'POST', url: '/v1/orders?b=2&a=1', body: { a: 1, b: [true, null, 'x'] } };

  it('is the same whatever the order of keys and of the query is', () => {
    const same = { method: 'POST', url: '/v1/orders?a=1&b=2', body: { b: [true, null, 'x'], a: 1 } };
    expect(fingerprintOf(same)).toBe(fingerprintOf(base));
  });

  it.each([
    ['method', { ...base, method: 'PUT' }],
    ['path', { ...base, url: '/v1/orders/1?b=2&a=1' }],
    ['query', { ...base, url: '/v1/orders?b=2&a=2' }],
    ['body', { ...base, body: { a: 1, b: [null, true, 'x'] } }],
  ])('is another with another %s', (_what, other) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(base));
  });

  it('takes the body in its canonical form of RFC 8785', () => {
    const value = {
      '\u20ac': 'Euro',
      '\r': 1e21,
      a: [56.0, 1e-7, '\u000f\n"\\'],
      '1': {},
      '\ud83d\ude00': false,
    };
    expect(canonicalJson(value)).toBe(
      '{"\\r":1e+21,"1":{},"a":[56,1e-7,"\\u000f\\n\\"\\\\"],"€":"Euro","😀":false}',
    );
  });
});
