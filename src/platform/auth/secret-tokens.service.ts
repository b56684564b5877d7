import { randomBytes } from 'node:crypto';
import { Injectable, OnModuleInit } from '@nestjs/common';
import type { RevealedToken } from '../http/answer.js';
import { type TokenPurpose, deriveToken, hashToken, looksLikeToken } from './secret-token.js';
import { SecretTokensRepository } from './secret-tokens.repository.js';
import { TokenKeys } from './token-keys.js';
import { TokenRevealers } from './token-revealers.js';

/** Cart and order tokens: one per cart and order, shown in a header, stored as a hash alone. */
@Injectable()
export class SecretTokens implements OnModuleInit {
  constructor(
    private readonly repository: SecretTokensRepository,
    private readonly keys: TokenKeys,
    private readonly revealers: TokenRevealers,
  ) {}

  onModuleInit(): void {
    for (const purpose of ['cart', 'order'] as const)
      this.revealers.add(purpose, (subjectId) => this.again(purpose, subjectId));
  }

  /** Makes the token of a new cart or order, in the running transaction. */
  async issue(purpose: TokenPurpose, subjectId: string): Promise<RevealedToken> {
    const salt = randomBytes(16);
    const key = this.keys.current;
    const token = deriveToken(key, purpose, subjectId, salt);
    await this.repository.insert({ hash: hashToken(token), purpose, subjectId, salt, keyId: key.id });
    return { purpose, subjectId, token };
  }

  /** The same token again, for a replay; undefined once it is spent, expired, or its secret is rotated out. */
  async again(purpose: TokenPurpose, subjectId: string): Promise<RevealedToken | undefined> {
    const stored = await this.repository.find(purpose, subjectId);
    const key = stored && this.keys.byId(stored.keyId);
    return key && { purpose, subjectId, token: deriveToken(key, purpose, subjectId, stored.salt) };
  }

  /** From this transaction's commit on, the token opens nothing. */
  async spend(purpose: TokenPurpose, subjectId: string): Promise<void> {
    await this.repository.spend(purpose, subjectId);
  }

  /** Id of the cart or order that the token opens; undefined for one that is spent, expired or never was. Use extends its life. */
  async authenticate(purpose: TokenPurpose, token: string): Promise<string | undefined> {
    if (!looksLikeToken(purpose, token)) return undefined;
    const hash = hashToken(token);
    const stored = await this.repository.findLive(hash, purpose);
    if (!stored || !this.keys.byId(stored.keyId)) return undefined;
    if (stored.isToBeExtended) await this.repository.extend(hash);
    return stored.subjectId;
  }
}
