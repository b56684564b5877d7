import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { Workers } from '../../workers/workers.js';
import { backlog, lag } from './outgoing-webhooks.metrics.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { WebhookLanesRepository } from './webhook-lanes.repository.js';
import { WebhookSecrets } from './webhook-secrets.service.js';

const lookEveryMs = 5000;
const keepEveryMs = 600_000;
const forgottenAtOnce = 1000;

/** Figures of what waits, and an end for what nobody asks for any more. */
@Injectable()
export class OutgoingWebhooksKeeper implements OnModuleInit {
  constructor(
    private readonly workers: Workers,
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly lanes: WebhookLanesRepository,
    private readonly secrets: WebhookSecrets,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.workers.every('webhooks.gauges', lookEveryMs, () => this.look());
    this.workers.every('webhooks.reseal', keepEveryMs, () => this.secrets.reseal());
    this.workers.every('webhooks.forget', keepEveryMs, () => this.forget());
  }

  private async look(): Promise<number> {
    const figures = await this.deliveries.backlog();
    backlog.set({}, figures.count);
    lag.set({}, figures.oldestSeconds);
    return 0;
  }

  private async forget(): Promise<number> {
    const counts = [
      await this.deliveries.forget(this.config.WEBHOOK_RETENTION_DAYS, forgottenAtOnce),
      await this.lanes.forgetEmpty(),
      await this.secrets.forgetRetired(),
      await this.endpoints.forgetDeleted(),
    ];
    return counts.reduce((sum, count) => sum + count, 0);
  }
}
