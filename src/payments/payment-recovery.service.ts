import { Injectable, OnModuleInit } from '@nestjs/common';
import { Idempotency } from '../platform/idempotency/index.js';
import { ChargeOutcome, ChargingService } from './charging.service.js';
import { answerOf } from './payment-answers.js';
import { RecordingService } from './recording.service.js';

/** Where a command goes on after its first commit, at once or after a crash. */
export const transactionRecovery = 'payments.transaction';

@Injectable()
export class PaymentRecovery implements OnModuleInit {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly charging: ChargingService,
    private readonly recording: RecordingService,
  ) {}

  onModuleInit(): void {
    this.idempotency.register<ChargeOutcome>({
      name: transactionRecovery,
      call: (transactionId) => this.charging.call(transactionId),
      record: async (transactionId, outcome) =>
        answerOf(await this.recording.record(transactionId, outcome), transactionId),
    });
  }
}
