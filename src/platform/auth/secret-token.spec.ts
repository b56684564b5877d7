import { randomBytes } from 'node:crypto';
import { customerIdOf } from './issuer.js';
import { isFromThisMachine } from './loopback.js';
import { deriveToken, hashToken, looksLikeToken } from './secret-token.js';

const key = { id: 'k', secret: 's'.repeat(32) };
const salt = Buffer.alloc(16, 7);

describe('a secret token', () => {
  it('is the same again from the same secret, purpose, subject and salt, and another from any other', () => {
    const token = deriveToken(key, 'cart', 'one', salt);
    expect(deriveToken(key, 'cart', 'one', salt)).toBe(token);
    const others = [
      deriveToken(key, 'order', 'one', salt),
      deriveToken(key, 'cart', 'two', salt),
      deriveToken(key, 'cart', 'one', randomBytes(16)),
      deriveToken({ id: 'k', secret: 't'.repeat(32) }, 'cart', 'one', salt),
    ];
    expect(new Set([token, ...others]).size).toBe(5);
  });

  it('says what it is for, has 256 bits, and is kept as a hash', () => {
    const token = deriveToken(key, 'order', 'one', salt);
    expect(looksLikeToken('order', token)).toBe(true);
    expect(looksLikeToken('cart', token)).toBe(false);
    expect(Buffer.from(token.slice(3), 'base64url')).toHaveLength(32);
    expect(hashToken(token)).toHaveLength(32);
  });
});

describe('a customer id', () => {
  it('is a UUID that belongs to issuer and subject together', () => {
    expect(customerIdOf('urn:a', 'alice@example.test')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(customerIdOf('urn:a', 'alice')).toBe(customerIdOf('urn:a', 'alice'));
    expect(customerIdOf('urn:a', 'alice')).not.toBe(customerIdOf('urn:b', 'alice'));
  });
});

describe('a request for a development token', () => {
  const from = (remoteAddress: string, headers: Record<string, string>): boolean =>
    isFromThisMachine({ headers, socket: { remoteAddress } } as unknown as Parameters<
      typeof isFromThisMachine
    >[0]);

  it('is answered on this machine alone', () => {
    expect(from('127.0.0.1', { host: 'localhost:8080' })).toBe(true);
    expect(from('::ffff:127.0.0.1', { host: '127.0.0.1:8080' })).toBe(true);
    expect(from('::1', { host: '[::1]:8080' })).toBe(true);
    expect(from('10.0.0.7', { host: 'localhost' })).toBe(false);
  });

  it('is not answered through a proxy on this machine, nor under a rebound name', () => {
    expect(from('127.0.0.1', { host: 'localhost', 'x-forwarded-for': '127.0.0.1' })).toBe(false);
    expect(from('127.0.0.1', { host: 'evil.test' })).toBe(false);
  });
});
