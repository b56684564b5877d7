import { createHash } from 'node:crypto';
import type { Principal } from '../auth/principal.js';
import { actorOf } from '../auth/principal.js';
import { KeyInvalid, KeyMissing } from './idempotency.errors.js';

const shape = /^[A-Za-z0-9_.:-]{16,255}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface KeyScope {
  principalId: string;
  key?: string;
}

/**
 * The key within whose it is. A stranger's key must be a UUID and is its own scope, kept as a hash, so that nobody
 * can read the table and ask for another's answer.
 * @throws KeyMissing where it is required, KeyInvalid where it is malformed
 */
export function scopeOf(header: string | undefined, principal: Principal, isRequired: boolean): KeyScope {
  const principalId = actorOf(principal);
  if (header === undefined) {
    if (isRequired) throw new KeyMissing();
    return { principalId };
  }
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (!shape.test(key)) throw new KeyInvalid('must be 16 to 255 of A-Z a-z 0-9 _ . : -');
  if (principal.kind !== 'anonymous') return { principalId, key };
  if (!uuid.test(key)) throw new KeyInvalid('must be a UUID where no token is sent');
  return { principalId, key: createHash('sha256').update(key.toLowerCase()).digest('hex') };
}
