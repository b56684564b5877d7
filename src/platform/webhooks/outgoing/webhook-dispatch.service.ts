import { Injectable, Logger } from '@nestjs/common';
import { Transaction } from '../../database/transaction.js';
import { WebhookSignatures } from '../webhook-signatures.js';
import { type Head, type Lane, WebhookLanesRepository } from './webhook-lanes.repository.js';
import { WebhookOutcomes } from './webhook-outcomes.service.js';
import { type Attempt, WebhookSender } from './webhook-sender.js';

/** A head and what signs it. */
export interface Errand extends Head {
  secrets: readonly string[];
}

/** Sends the first delivery of a lane and has written down how it went; between the two no transaction is open. */
@Injectable()
export class WebhookDispatch {
  private readonly logger = new Logger(WebhookDispatch.name);

  constructor(
    private readonly sender: WebhookSender,
    private readonly signatures: WebhookSignatures,
    private readonly outcomes: WebhookOutcomes,
    private readonly lanes: WebhookLanesRepository,
    private readonly transaction: Transaction,
  ) {}

  async send(errand: Errand): Promise<void> {
    const attempt = await this.attempt(errand);
    await this.outcomes.record(errand, attempt);
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
}
