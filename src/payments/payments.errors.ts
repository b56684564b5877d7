import { DomainError } from '../platform/errors/domain-error.js';
import type { PaymentStatus, TransactionKind } from './payment-status.js';

export class PaymentNotFound extends DomainError {
  constructor() {
    super('not-found', 'payment-not-found', 'there is no such payment');
  }
}

/** Another attempt for this order has no outcome yet; waiting may change that. */
export class PaymentInProgress extends DomainError {
  constructor(payment?: { id: string; status: PaymentStatus }) {
    super('conflict', 'payment-in-progress', 'another payment of this order has no outcome yet', {
      extensions: payment ? { paymentId: payment.id, currentState: payment.status } : {},
      retryAfterSeconds: 2,
    });
  }
}

export class PaymentProviderUnavailable extends DomainError {
  constructor(provider: string) {
    super('rule', 'payment-provider-unavailable', `${provider} cannot be paid with here`, {
      errors: [
        {
          pointer: '#/payment/provider',
          code: 'payment-provider-unavailable',
          message: 'is not set up in this shop',
        },
      ],
    });
  }
}

/** The sums do not allow it; `availableMinor` is what they would. */
export class PaymentStateConflict extends DomainError {
  constructor(kind: TransactionKind, currentState: PaymentStatus, availableMinor: number) {
    super(
      'conflict',
      `${kind}-not-possible`,
      `a ${kind} of this amount is not possible while the payment is ${currentState}`,
      {
        extensions: { currentState, availableMinor },
      },
    );
  }
}

export class RefundReferenceUsed extends DomainError {
  constructor(reference: string, transactionId: string, currentState: PaymentStatus) {
    super(
      'conflict',
      'refund-reference-used',
      `this payment has a refund with the reference ${reference} already`,
      {
        extensions: { transactionId, currentState },
      },
    );
  }
}

export class RefundAboveLimit extends DomainError {
  constructor(limitMinor: number) {
    super('forbidden', 'refund-above-limit', 'refunds beyond the limit are for finance', {
      extensions: { limitMinor },
    });
  }
}

/** The provider refused a capture, void or refund; what it said is recorded. */
export class TransactionRefused extends DomainError {
  constructor(kind: TransactionKind, reason: string | null, currentState: PaymentStatus) {
    super('conflict', `${kind}-refused`, `the provider refused the ${kind}`, {
      extensions: { currentState, ...(reason === null ? {} : { reason }) },
    });
  }
}

/** Money of another currency cannot be counted; a person must look. */
export class PaymentCurrencyMismatch extends DomainError {
  constructor(expected: string, given: string) {
    super('rule', 'payment-currency-mismatch', `the provider tells ${given} of a payment in ${expected}`);
  }
}
