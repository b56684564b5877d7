import type { TransactionKind, TransactionState } from './payment-status.js';
import type { PaymentSnapshot } from './payments.events.js';

const attempt: Omit<PaymentSnapshot, 'version' | 'status' | 'transaction'> = {
  paymentId: '019a0c5e-7c00-7000-8000-0000000000b1',
  orderId: '019a0c5e-7c00-7000-8000-0000000000a1',
  provider: 'sandbox',
  currency: 'GBP',
  amountMinor: 3195,
  openMinor: 0,
  capturedMinor: 0,
  refundedMinor: 0,
  chargedBackMinor: 0,
};
const authorized = { ...attempt, openMinor: 3195 };
const captured = { ...attempt, capturedMinor: 3195 };

const transactionIds: Readonly<Record<TransactionKind, string>> = {
  authorization: '019a0c5e-7c00-7000-8000-0000000000f1',
  capture: '019a0c5e-7c00-7000-8000-0000000000f2',
  void: '019a0c5e-7c00-7000-8000-0000000000f3',
  refund: '019a0c5e-7c00-7000-8000-0000000000f4',
  chargeback: '019a0c5e-7c00-7000-8000-0000000000f5',
  chargeback_reversal: '019a0c5e-7c00-7000-8000-0000000000f6',
};

const transaction = (
  kind: TransactionKind,
  state: TransactionState,
  amountMinor = 3195,
  reason?: string,
) => ({
  transaction: { transactionId: transactionIds[kind], kind, state, amountMinor, ...(reason && { reason }) },
});

export const paymentExamples = {
  'payment.created': {
    ...{ ...attempt, version: 1, status: 'created' },
    ...transaction('authorization', 'pending'),
  },
  'payment.requires_action': {
    ...{ ...attempt, version: 2, status: 'requires_action' },
    ...transaction('authorization', 'requires_action'),
  },
  'payment.pending': {
    ...{ ...attempt, version: 2, status: 'pending' },
    ...transaction('authorization', 'pending'),
  },
  'payment.outcome_unknown': {
    ...{ ...attempt, version: 2, status: 'pending' },
    ...transaction('authorization', 'unknown', 3195, 'timeout'),
  },
  'payment.failed': {
    ...{ ...attempt, version: 2, status: 'failed' },
    ...transaction('authorization', 'failed', 3195, 'card-declined'),
  },
  'payment.authorized': {
    ...{ ...authorized, version: 2, status: 'authorized' },
    ...transaction('authorization', 'succeeded'),
  },
  'payment.transaction_started': {
    ...{ ...authorized, version: 3, status: 'authorized' },
    ...transaction('capture', 'pending'),
  },
  'payment.transaction_failed': {
    ...{ ...authorized, version: 4, status: 'authorized' },
    ...transaction('capture', 'failed', 3195, 'amount-not-available'),
  },
  'payment.voided': {
    ...{ ...attempt, version: 4, status: 'voided' },
    ...transaction('void', 'succeeded'),
  },
  'payment.expired': {
    ...{ ...attempt, version: 3, status: 'expired' },
    ...transaction('void', 'succeeded', 3195, 'expired'),
  },
  'payment.captured': {
    ...{ ...captured, version: 4, status: 'captured' },
    ...transaction('capture', 'succeeded'),
  },
  'payment.refunded': {
    ...{ ...captured, refundedMinor: 1495, version: 6, status: 'partially_refunded' },
    ...transaction('refund', 'succeeded', 1495),
  },
  'payment.charged_back': {
    ...{ ...captured, chargedBackMinor: 3195, version: 5, status: 'charged_back' },
    ...transaction('chargeback', 'succeeded'),
  },
  'payment.chargeback_reversed': {
    ...{ ...captured, version: 6, status: 'captured' },
    ...transaction('chargeback_reversal', 'succeeded'),
  },
} satisfies Record<string, PaymentSnapshot>;
