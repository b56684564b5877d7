import { Injectable } from '@nestjs/common';
import type { Owner } from '../platform/auth/principal.js';
import { Answer, ok } from '../platform/http/answer.js';
import { etagOfPayment } from './payment-answers.js';
import { PaymentNotFound } from './payments.errors.js';
import { PaymentsRepository } from './payments.repository.js';
import { viewOf } from './payments.schemas.js';

@Injectable()
export class PaymentReader {
  constructor(private readonly repository: PaymentsRepository) {}

  /** A payment that `owner` may not see is not there. */
  async show(id: string, owner: Owner): Promise<Answer> {
    const payment = await this.repository.find(id, owner);
    if (!payment) throw new PaymentNotFound();
    return ok(viewOf(payment), { etag: etagOfPayment(payment) });
  }
}
