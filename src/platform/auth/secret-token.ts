import { createHash, createHmac } from 'node:crypto';
import type { RevealedToken } from '../http/answer.js';
import type { TokenKey } from './token-keys.js';

/** What a derived token opens; other secrets are no keys to this house. */
export type TokenPurpose = Extract<RevealedToken['purpose'], 'cart' | 'order'>;

const prefix = { cart: 'ct_', order: 'ot_' } as const;
const shape = { cart: /^ct_[A-Za-z0-9_-]{43}$/, order: /^ot_[A-Za-z0-9_-]{43}$/ } as const;

/** The token of a subject: 256 bits that only the secret and the row's salt together give. */
export function deriveToken(key: TokenKey, purpose: TokenPurpose, subjectId: string, salt: Buffer): string {
  const mac = createHmac('sha256', key.secret)
    .update(`${purpose}\n${subjectId}\n`)
    .update(salt)
    .digest('base64url');
  return prefix[purpose] + mac;
}

/** What the database keeps of a token. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function looksLikeToken(purpose: TokenPurpose, token: string): boolean {
  return shape[purpose].test(token);
}
