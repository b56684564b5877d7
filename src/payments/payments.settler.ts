import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Workers } from '../platform/workers/workers.js';
import { ChargingService } from './charging.service.js';
import { eachApart } from './each-apart.js';
import { settleWorker } from './payment-books.service.js';
import { PaymentLeasesRepository } from './payment-leases.repository.js';
import { RecordingService } from './recording.service.js';

/** As many as a provider is called with at once. */
const transactionsARound = 20;

/** Takes up transactions without an outcome: what a crash cut off, what was unknown, what waits for a webhook that may be lost. */
@Injectable()
export class PaymentsSettler implements OnModuleInit {
  constructor(
    private readonly leases: PaymentLeasesRepository,
    private readonly charging: ChargingService,
    private readonly recording: RecordingService,
    private readonly workers: Workers,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.workers.every(settleWorker, this.config.SETTLE_INTERVAL_MS, () => this.settleDue());
  }

  async settleDue(): Promise<number> {
    return eachApart(await this.leases.due(transactionsARound), (transactionId) =>
      this.settle(transactionId),
    );
  }

  private async settle(transactionId: string): Promise<boolean> {
    const outcome = await this.charging.call(transactionId);
    if (outcome.follow === 'nothing') return false;
    await this.recording.record(transactionId, outcome, 'settlement');
    return true;
  }
}
