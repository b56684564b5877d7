import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Workers } from '../platform/workers/workers.js';
import { eachApart } from './each-apart.js';
import { PaymentLeasesRepository } from './payment-leases.repository.js';
import { ProviderCalls } from './provider-calls.js';
import { RecordingService } from './recording.service.js';

const paymentsARound = 20;
const checksAnInterval = 20;

/** Compares our books with the provider's now and then, so that a lost webhook of what the provider did by itself is made up for. */
@Injectable()
export class PaymentsReconciler implements OnModuleInit {
  constructor(
    private readonly leases: PaymentLeasesRepository,
    private readonly calls: ProviderCalls,
    private readonly recording: RecordingService,
    private readonly workers: Workers,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    const intervalMs = (this.config.PAYMENT_RECONCILE_SECONDS * 1000) / checksAnInterval;
    this.workers.every('payments.reconcile', intervalMs, () => this.reconcileDue());
  }

  async reconcileDue(): Promise<number> {
    return eachApart(await this.leases.dueForReconciliation(paymentsARound), (payment) =>
      this.reconcile(payment),
    );
  }

  private async reconcile({ id: paymentId, provider }: { id: string; provider: string }): Promise<boolean> {
    const found = await this.calls.lookUp(
      { paymentId, provider },
      AbortSignal.timeout(this.config.PAYMENT_TIMEOUT_MS),
    );
    if (found.result === 'found')
      await this.recording.learn({ paymentId, provider }, found.facts, 'settlement');
    return true;
  }
}
