import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { TokenPurpose } from './secret-token.js';

/** How long a token lives without use, and how often its use extends that. */
const lifetime = `interval '30 days'`;
const extendAfter = `interval '1 day'`;

interface StoredToken {
  subjectId: string;
  salt: Buffer;
  keyId: string;
}

@Injectable()
export class SecretTokensRepository {
  constructor(private readonly database: Database) {}

  async insert(token: StoredToken & { hash: Buffer; purpose: TokenPurpose }): Promise<void> {
    await this.database.rows(
      `insert into auth.secret_token (hash, purpose, subject_id, salt, key_id, expires_at)
       values ($1, $2, $3, $4, $5, now() + ${lifetime})`,
      [token.hash, token.purpose, token.subjectId, token.salt, token.keyId],
    );
  }

  async find(purpose: TokenPurpose, subjectId: string): Promise<StoredToken | undefined> {
    return this.database.row<StoredToken>(
      `select subject_id as "subjectId", salt, key_id as "keyId" from auth.secret_token
       where purpose = $1 and subject_id = $2 and spent_at is null and expires_at > now()`,
      [purpose, subjectId],
    );
  }

  async findLive(
    hash: Buffer,
    purpose: TokenPurpose,
  ): Promise<(StoredToken & { isToBeExtended: boolean }) | undefined> {
    return this.database.row(
      `select subject_id as "subjectId", salt, key_id as "keyId",
              expires_at < now() + ${lifetime} - ${extendAfter} as "isToBeExtended"
       from auth.secret_token where hash = $1 and purpose = $2 and spent_at is null and expires_at > now()`,
      [hash, purpose],
    );
  }

  async extend(hash: Buffer): Promise<void> {
    await this.database.rows(
      `update auth.secret_token set expires_at = now() + ${lifetime} where hash = $1 and spent_at is null`,
      [hash],
    );
  }

  async spend(purpose: TokenPurpose, subjectId: string): Promise<void> {
    await this.database.rows(
      `update auth.secret_token set spent_at = now() where purpose = $1 and subject_id = $2 and spent_at is null`,
      [purpose, subjectId],
    );
  }
}
