import { createHash } from 'node:crypto';
import type { CryptoKey, JWTHeaderParameters, JWTPayload } from 'jose';
import type { Principal } from './principal.js';

/** Who may sign bearer tokens, and how its claims become a principal. */
export interface Issuer {
  /** Exact `iss`, and the one `aud` that is accepted. */
  issuer: string;
  audience: string;
  algorithms: string[];
  /** Key to verify with; a header's `jku`, `x5u` or `jwk` is never followed. */
  key(header: JWTHeaderParameters): Promise<CryptoKey>;
  /** Undefined where the claims name no one whom this server knows. */
  principalOf(claims: JWTPayload): Principal | undefined;
}

/** A customer's id from issuer and subject: stable, unique over issuers, and nothing personal even where the subject is. */
export function customerIdOf(issuer: string, subject: string): string {
  const hex = createHash('sha256').update(`${issuer}\n${subject}`).digest('hex');
  // RFC 9562, version 8: custom content, variant 10.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
