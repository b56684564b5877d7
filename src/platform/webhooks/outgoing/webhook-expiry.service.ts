import { Injectable, OnModuleInit } from '@nestjs/common';
import { Transaction } from '../../database/transaction.js';
import { Workers } from '../../workers/workers.js';
import { deliveriesTotal } from './outgoing-webhooks.metrics.js';
import { RetrySchedule } from './retry-schedule.js';
import { WebhookExpiryRepository } from './webhook-expiry.repository.js';
import { WebhookLanesRepository } from './webhook-lanes.repository.js';

const expireEveryMs = 600_000;
const lanesAtOnce = 100;

/** Gives up what stood behind others until it was too old; whoever holds a lease does so for its own lane. */
@Injectable()
export class WebhookExpiry implements OnModuleInit {
  constructor(
    private readonly workers: Workers,
    private readonly expiry: WebhookExpiryRepository,
    private readonly lanes: WebhookLanesRepository,
    private readonly transaction: Transaction,
    private readonly schedule: RetrySchedule,
  ) {}

  onModuleInit(): void {
    this.workers.every('webhooks.expire', expireEveryMs, () => this.expire());
  }

  expire(): Promise<number> {
    return this.transaction.run(async () => {
      const lanes = await this.expiry.lockLanes(this.schedule.longestSeconds, lanesAtOnce);
      if (lanes.length === 0) return 0;
      const count = await this.expiry.expire(lanes, this.schedule.longestSeconds);
      await this.lanes.reschedule(lanes);
      this.transaction.afterCommit(() => deliveriesTotal.inc({ outcome: 'failed' }, count));
      return count;
    });
  }
}
