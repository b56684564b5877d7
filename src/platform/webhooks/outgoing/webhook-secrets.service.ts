import { Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { SecretBox, TokenRevealers } from '../../auth/index.js';
import type { RevealedToken } from '../../http/index.js';
import { type StoredSecret, WebhookSecretsRepository } from './webhook-secrets.repository.js';

const secretBytes = 32;
const atOnce = 100;

/** The signing secrets of endpoints: shown once in the header `Webhook-Secret`, kept sealed. */
@Injectable()
export class WebhookSecrets implements OnModuleInit {
  private readonly logger = new Logger(WebhookSecrets.name);

  constructor(
    private readonly repository: WebhookSecretsRepository,
    private readonly box: SecretBox,
    private readonly revealers: TokenRevealers,
  ) {}

  onModuleInit(): void {
    this.revealers.add('webhook', async (id) => {
      const stored = await this.repository.find(id);
      const secret = stored && this.open(stored);
      return secret === undefined ? undefined : { purpose: 'webhook', subjectId: id, token: secret };
    });
  }

  /** Makes a secret in the running transaction; those before sign on for `overlapSeconds`. */
  async issue(endpointId: string, overlapSeconds: number): Promise<RevealedToken> {
    const id = uuidv7();
    const secret = `whsec_${randomBytes(secretBytes).toString('base64')}`;
    await this.repository.retire(endpointId, overlapSeconds);
    await this.repository.insert(endpointId, { id, ...this.box.seal(secret, id) });
    return { purpose: 'webhook', subjectId: id, token: secret };
  }

  /** What signs for each endpoint now, newest first; what cannot be opened any more is left out. */
  async inUse(endpointIds: readonly string[]): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const { endpointId, ...stored } of await this.repository.ofEndpoints(endpointIds)) {
      const secret = this.open(stored);
      if (secret !== undefined) found.set(endpointId, [...(found.get(endpointId) ?? []), secret]);
    }
    return found;
  }

  /** Brings secrets under the key of today, while the one before is still known; answers how many. */
  async reseal(): Promise<number> {
    let resealed = 0;
    let stale: StoredSecret[] = [];
    // Page by page, or a hundred that cannot be opened would stand before all others for ever.
    do {
      stale = await this.repository.sealedByOthers(this.box.keyId, atOnce, stale.at(-1)?.id);
      for (const stored of stale) if (await this.resealOne(stored)) resealed += 1;
    } while (stale.length === atOnce);
    return resealed;
  }

  forgetRetired(): Promise<number> {
    return this.repository.forgetRetired(atOnce);
  }

  private async resealOne(stored: StoredSecret): Promise<boolean> {
    const { id } = stored;
    const secret = this.open(stored);
    if (secret === undefined) {
      this.logger.error(
        { secretId: id },
        'a webhook secret cannot be opened: rotate it, or set TOKEN_SECRET_PREVIOUS',
      );
      return false;
    }
    await this.repository.reseal({ id, ...this.box.seal(secret, id) });
    return true;
  }

  /** One that is damaged is as one whose key is gone: it must not keep the others of its batch from signing. */
  private open({ id, ...sealed }: StoredSecret): string | undefined {
    try {
      return this.box.open(sealed, id);
    } catch (error) {
      this.logger.error({ secretId: id, err: error }, 'a webhook secret is damaged: rotate it');
      return undefined;
    }
  }
}
