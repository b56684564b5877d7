import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { SecretsRepository } from './secrets.repository.js';

/** One secret that tokens are derived from; `id` tells nothing of it. */
export interface TokenKey {
  id: string;
  secret: string;
}

/** The secret in use and, during a rotation, the one before. */
@Injectable()
export class TokenKeys implements OnModuleInit {
  private keys: [TokenKey, ...TokenKey[]] | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly secrets: SecretsRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    const { TOKEN_SECRET, TOKEN_SECRET_PREVIOUS } = this.config;
    const current = TOKEN_SECRET ?? (await this.secrets.keep('token', randomBytes(32).toString('hex')));
    const previous = TOKEN_SECRET_PREVIOUS === undefined ? [] : [keyOf(TOKEN_SECRET_PREVIOUS)];
    this.keys = [keyOf(current), ...previous];
  }

  get current(): TokenKey {
    return this.loaded[0];
  }

  /** Undefined for a secret that was rotated out. */
  byId(id: string): TokenKey | undefined {
    return this.loaded.find((key) => key.id === id);
  }

  private get loaded(): [TokenKey, ...TokenKey[]] {
    if (!this.keys) throw new Error('the token secrets are not loaded yet');
    return this.keys;
  }
}

function keyOf(secret: string): TokenKey {
  const id = createHash('sha256')
    .update(createHmac('sha256', secret).update('key id').digest())
    .digest('hex')
    .slice(0, 16);
  return { id, secret };
}
