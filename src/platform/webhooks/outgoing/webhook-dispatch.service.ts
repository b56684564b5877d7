import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { Transaction } from '../../database/transaction.js';
import { WebhookSignatures } from '../webhook-signatures.js';
import {
  attemptSeconds,
  attemptsTotal,
  deliveriesTotal,
  endpointsGoneTotal,
} from './outgoing-webhooks.metrics.js';
import { RetrySchedule } from './retry-schedule.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { type Head, type Lane, WebhookLanesRepository } from './webhook-lanes.repository.js';
import { type Attempt, WebhookSender } from './webhook-sender.js';

/** A head and what signs it. */
export interface Errand extends Head {
  secrets: readonly string[];
}

/** Sends the first delivery of a lane and writes down how it went; between the two no transaction is open. */
@Injectable()
export class WebhookDispatch {
  private readonly logger = new Logger(WebhookDispatch.name);
  private readonly schedule: RetrySchedule;

  constructor(
    private readonly sender: WebhookSender,
    private readonly signatures: WebhookSignatures,
    private readonly lanes: WebhookLanesRepository,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly transaction: Transaction,
    @Inject(CONFIG) config: Config,
  ) {
    this.schedule = new RetrySchedule(config.WEBHOOK_RETRY_SECONDS);
  }

  async send(errand: Errand): Promise<void> {
    const attempt = await this.attempt(errand);
    const outcome = this.outcomeOf(attempt, errand.tries + 1);
    const isOurs = await this.transaction.run(() => this.record(errand, attempt, outcome));
    this.count(attempt, isOurs ? outcome : undefined);
    const { deliveryId, lane } = errand;
    this.logger.debug({ deliveryId, endpointId: lane.endpointId, ...attempt }, 'a webhook was sent');
  }

  /** A lane that was taken and of which nothing is sent. */
  letGo(lane: Lane): Promise<void> {
    return this.transaction.run(async () => {
      if (await this.lanes.hold(lane)) await this.lanes.release(lane);
    });
  }

  private attempt({ url, eventId, body, secrets }: Errand): Promise<Attempt> {
    if (secrets.length === 0) return Promise.resolve({ result: 'unsigned', status: null, durationMs: 0 });
    return this.sender.post(url, this.signatures.sign(eventId, body, secrets), body);
  }

  private outcomeOf({ result }: Attempt, tries: number): Outcome {
    if (result === 'succeeded') return 'delivered';
    const pauseSeconds = this.schedule.pauseAfter(tries);
    return pauseSeconds === undefined ? 'failed' : { pauseSeconds };
  }

  private async record(
    { lane, deliveryId, url }: Errand,
    attempt: Attempt,
    outcome: Outcome,
  ): Promise<boolean> {
    if (!(await this.lanes.hold(lane))) return false;
    const wasPending = await this.lanes.record(deliveryId, attempt, outcome);
    await this.lanes.release(lane);
    if (attempt.result === 'gone' && (await this.endpoints.disableGone(lane.endpointId, url)))
      this.transaction.afterCommit(() => endpointsGoneTotal.inc({}));
    return wasPending;
  }

  private count({ result, durationMs }: Attempt, outcome: Outcome | undefined): void {
    attemptsTotal.inc({ result });
    attemptSeconds.observe({}, durationMs / 1000);
    if (typeof outcome === 'string') deliveriesTotal.inc({ outcome });
  }
}

type Outcome = 'delivered' | 'failed' | { pauseSeconds: number };
