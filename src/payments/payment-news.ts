import type { TransactionKind } from './payment-status.js';
import type { PaymentTransaction } from './payment-transaction.entity.js';
import type { PaymentEventType, PaymentSnapshot } from './payments.events.js';

/** One transition of a payment, as it stood right after it. */
export interface PaymentNews {
  type: PaymentEventType;
  snapshot: PaymentSnapshot;
}

const successes: Readonly<Record<TransactionKind, PaymentEventType>> = {
  authorization: 'payment.authorized',
  capture: 'payment.captured',
  void: 'payment.voided',
  refund: 'payment.refunded',
  chargeback: 'payment.charged_back',
  chargeback_reversal: 'payment.chargeback_reversed',
};

/** Which event a transaction's present state is told by. */
export function newsOf(transaction: PaymentTransaction): PaymentEventType {
  switch (transaction.state) {
    case 'pending':
      return 'payment.pending';
    case 'requires_action':
      return 'payment.requires_action';
    case 'unknown':
      return 'payment.outcome_unknown';
    case 'failed':
      return transaction.kind === 'authorization' ? 'payment.failed' : 'payment.transaction_failed';
    case 'succeeded':
      return transaction.kind === 'void' && transaction.reason === 'expired'
        ? 'payment.expired'
        : successes[transaction.kind];
  }
}
