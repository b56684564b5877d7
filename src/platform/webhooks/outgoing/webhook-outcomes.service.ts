import { Injectable } from '@nestjs/common';
import { Transaction } from '../../database/transaction.js';
import { attemptSeconds, attemptsTotal, deliveriesTotal } from './outgoing-webhooks.metrics.js';
import { RetrySchedule } from './retry-schedule.js';
import { WebhookEndpointHealth } from './webhook-endpoint-health.js';
import { WebhookExpiryRepository } from './webhook-expiry.repository.js';
import { type Head, type Outcome, WebhookLanesRepository } from './webhook-lanes.repository.js';
import type { Attempt } from './webhook-sender.js';

/** Writes down how a try went, for its delivery, its lane and its endpoint. */
@Injectable()
export class WebhookOutcomes {
  constructor(
    private readonly lanes: WebhookLanesRepository,
    private readonly expiry: WebhookExpiryRepository,
    private readonly health: WebhookEndpointHealth,
    private readonly schedule: RetrySchedule,
    private readonly transaction: Transaction,
  ) {}

  async record(head: Head, attempt: Attempt): Promise<void> {
    const outcome = this.outcomeOf(attempt, head.tries + 1);
    await this.transaction.run(() => this.write(head, attempt, outcome));
    attemptsTotal.inc({ result: attempt.result });
    attemptSeconds.observe({}, attempt.durationMs / 1000);
  }

  private outcomeOf({ result }: Attempt, tries: number): Outcome {
    if (result === 'succeeded') return 'delivered';
    const pauseSeconds = this.schedule.pauseAfter(tries);
    return pauseSeconds === undefined ? 'failed' : { pauseSeconds };
  }

  private async write(head: Head, attempt: Attempt, outcome: Outcome): Promise<void> {
    const { lane, deliveryId } = head;
    const { longestSeconds } = this.schedule;
    if (!(await this.lanes.hold(lane))) return;
    const status = await this.lanes.record(deliveryId, attempt, outcome, longestSeconds);
    // Not left to the keeper, which passes over leased lanes: one whose receiver hangs is hardly ever free.
    const expired = status === 'failed' ? await this.expiry.expire([lane], longestSeconds) : 0;
    await this.lanes.release(lane);
    await this.health.note(head, attempt);
    this.transaction.afterCommit(() => {
      if (status === 'delivered') deliveriesTotal.inc({ outcome: 'delivered' });
      if (status === 'failed') deliveriesTotal.inc({ outcome: 'failed' }, 1 + expired);
    });
  }
}
