import { accepted, type Answer, created, refused } from '../platform/http/answer.js';
import { etagOf } from '../platform/http/index.js';
import type { Payment } from './payment.entity.js';
import { TransactionRefused } from './payments.errors.js';
import { viewOf } from './payments.schemas.js';

export const etagOfPayment = (payment: Payment): string => etagOf('payment', payment.version);

/** What a command is answered once its transaction was tried: 201, 202 while nobody knows, 409 where the provider refused. */
export function answerOf(payment: Payment, transactionId: string): Answer {
  const { state, providerRef, kind, reason } = payment.transaction(transactionId);
  const extras = { location: `/v1/payments/${payment.id}`, etag: etagOfPayment(payment) };
  if (state === 'failed') return refused(new TransactionRefused(kind, reason, payment.status), extras);
  const isUnheard = state === 'unknown' || (state === 'pending' && providerRef === null);
  return isUnheard ? accepted(viewOf(payment), extras) : created(viewOf(payment), extras);
}
