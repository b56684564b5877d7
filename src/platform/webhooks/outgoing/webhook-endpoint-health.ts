import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { Transaction } from '../../database/transaction.js';
import { endpointsDisabledTotal } from './outgoing-webhooks.metrics.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import type { Head } from './webhook-lanes.repository.js';
import type { Attempt } from './webhook-sender.js';

/** What the tries say of their endpoint: one that is gone, or that failed for days on end, is told no more. */
@Injectable()
export class WebhookEndpointHealth {
  private readonly logger = new Logger(WebhookEndpointHealth.name);

  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly transaction: Transaction,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** In the transaction that writes the try; of a success after a success nothing is written. */
  async note({ lane: { endpointId }, url, isFailing }: Head, { result }: Attempt): Promise<void> {
    // Nothing was sent, and it is our secret that is at fault.
    if (result === 'unsigned') return;
    if (result === 'succeeded') {
      if (isFailing) await this.endpoints.markWell(endpointId, url);
    } else if (result === 'gone') {
      if (await this.endpoints.disableGone(endpointId, url)) this.tell(endpointId, 'gone');
    } else if (!isFailing) {
      await this.endpoints.markFailing(endpointId, url);
    } else if (await this.endpoints.disableFailing(endpointId, url, this.config.WEBHOOK_FAILING_DAYS)) {
      this.tell(endpointId, 'failing');
    }
  }

  private tell(endpointId: string, reason: 'gone' | 'failing'): void {
    this.transaction.afterCommit(() => {
      endpointsDisabledTotal.inc({ reason });
      this.logger.warn({ endpointId, reason }, 'a webhook endpoint was disabled');
    });
  }
}
