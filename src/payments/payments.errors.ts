import { DomainError } from '../platform/errors/domain-error.js';
import { declareProblem } from '../platform/errors/problems.js';
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

declareProblem(
  'payment-not-found',
  'not-found',
  'Payment not found',
  'There is no payment with this id that you may see.',
);
declareProblem(
  'payment-in-progress',
  'conflict',
  'Payment in progress',
  'Another attempt for this order is in flight, pending or unknown. Look at it, or try again after Retry-After.',
);
declareProblem(
  'payment-provider-unavailable',
  'rule',
  'Payment provider not set up',
  'This shop knows the provider and does not reach it. Choose another one.',
);
declareProblem(
  'refund-reference-used',
  'conflict',
  'Refund reference used',
  'Each reference is good for one refund of a payment; `transactionId` is the one that has it.',
);
declareProblem(
  'refund-above-limit',
  'forbidden',
  'Refund above the limit',
  'Support refunds up to `limitMinor` of one payment; finance goes on.',
);
declareProblem(
  'payment-currency-mismatch',
  'rule',
  'Other currency',
  'The provider told of money in another currency than the payment has; a person must look.',
);
declareProblem(
  'webhook-malformed',
  'malformed',
  'Webhook malformed',
  'The signature fits, and the body is not as the provider documents it.',
);
for (const kind of ['capture', 'void', 'refund']) {
  declareProblem(
    `${kind}-not-possible`,
    'conflict',
    `A ${kind} is not possible`,
    'The sums of the payment do not allow it; `currentState` and `availableMinor` say how it stands.',
  );
  declareProblem(
    `${kind}-refused`,
    'conflict',
    `The ${kind} was refused`,
    'The provider refused it; `reason` is its word and `currentState` is how the payment stands now.',
  );
}
