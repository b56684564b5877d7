import type { Payment } from './payment.entity.js';
import type { PaymentStatus, PaymentStatusLabel } from './payment-status.js';

/** What an order has in money, all amounts in minor units. */
export interface Balance {
  status: PaymentStatusLabel;
  hasUnknown: boolean;
  /** Whether an attempt is in flight, pending, unknown or asks for action. */
  isUnderWay: boolean;
  authorizedMinor: number;
  capturedMinor: number;
  refundedMinor: number;
  chargedBackMinor: number;
  keptMinor: number;
}

/** One thing to do so that less is kept. */
export interface Release {
  payment: Payment;
  kind: 'void' | 'refund';
  amountMinor: number;
}

/** All payments of one order, and how much of their money it wants to keep. */
export class OrderMoney {
  /** `keepMinor` is undefined while the order wants whatever comes. */
  constructor(
    private readonly payments: readonly Payment[],
    private readonly keepMinor: number | undefined,
  ) {}

  /** Not below 0, where more was charged back than `keepOnly` had left. */
  get keptMinor(): number {
    return Math.max(
      0,
      this.sum((payment) => payment.sums.keptMinor),
    );
  }

  /** Whether an attempt's money is still of use; where not, it is voided rather than asked for again. */
  wants(payment: Payment): boolean {
    return payment.isLive && (this.keepMinor === undefined || this.keptMinor < this.keepMinor);
  }

  /** It asks the shopper for something that nobody needs any more. */
  isUnwanted(payment: Payment): boolean {
    return (
      payment.authorization.state === 'requires_action' && !payment.sums.isVoiding && !this.wants(payment)
    );
  }

  /** What may be captured of this payment: an authorization that had to stay is capped by what the order keeps. */
  capturableMinor(payment: Payment): number {
    if (this.keepMinor === undefined) return payment.sums.capturableMinor;
    const held = this.sum((each) => each.sums.keptMinor - each.sums.openMinor + each.sums.capturingMinor);
    return Math.max(0, Math.min(payment.sums.capturableMinor, this.keepMinor - held));
  }

  /** What to release, newest payment first and never below what is kept. */
  releases(): Release[] {
    if (this.keepMinor === undefined) return [];
    let excessMinor =
      this.sum((payment) => payment.sums.keptMinor - payment.sums.leavingMinor) - this.keepMinor;
    const releases: Release[] = this.payments
      .filter((payment) => this.isUnwanted(payment))
      .map((payment) => ({ payment, kind: 'void', amountMinor: 0 }));
    const release = (payment: Payment, kind: Release['kind'], amountMinor: number): void => {
      releases.push({ payment, kind, amountMinor });
      excessMinor -= amountMinor;
    };
    for (const payment of newestFirst(this.payments)) {
      const openMinor = payment.sums.capturableMinor;
      // An authorization that the rest cannot replace stays, and its captures are capped.
      const mustStay = openMinor > excessMinor || payment.sums.capturingMinor > 0;
      if (mustStay) excessMinor -= Math.min(Math.max(0, excessMinor), payment.sums.openMinor);
      else if (openMinor > 0) release(payment, 'void', openMinor);
      const refundMinor = Math.min(excessMinor, payment.sums.refundableMinor);
      if (refundMinor > 0) release(payment, 'refund', refundMinor);
    }
    return releases;
  }

  /** The sums and their label against what the order owes, in minor units. */
  balance(owedMinor: number): Balance {
    return {
      status: this.label(owedMinor),
      hasUnknown: this.payments.some((payment) => payment.hasUnknown),
      isUnderWay: this.payments.some((payment) => payment.authorization.isUndecided),
      authorizedMinor: this.sum((payment) => payment.sums.openMinor),
      capturedMinor: this.sum((payment) => payment.sums.capturedMinor),
      refundedMinor: this.sum((payment) => payment.sums.refundedMinor),
      chargedBackMinor: this.sum((payment) => payment.sums.chargedBackMinor),
      keptMinor: this.keptMinor,
    };
  }

  private label(owedMinor: number): PaymentStatusLabel {
    if (this.payments.some((payment) => payment.sums.chargedBackMinor > 0)) return 'charged_back';
    const held = this.payments.filter(holdsMoney);
    // A surplus attempt that was given back whole says nothing about the one that pays.
    const telling = held.length > 0 ? held : this.payments;
    const captured = total(telling, (payment) => payment.sums.capturedMinor);
    const refunded = total(telling, (payment) => payment.sums.refundedMinor);
    if (captured > 0) return labelOfCaptured(captured, refunded, owedMinor);
    const open = total(telling, (payment) => payment.sums.openMinor);
    if (open > 0) return open >= owedMinor ? 'authorized' : 'partially_authorized';
    return this.labelWithoutMoney();
  }

  private labelWithoutMoney(): PaymentStatusLabel {
    const has = (...statuses: PaymentStatus[]): boolean =>
      this.payments.some(({ status }) => statuses.includes(status));
    if (this.payments.some(({ isLive, status }) => isLive && status === 'requires_action'))
      return 'requires_action';
    if (has('created', 'pending')) return 'pending';
    if (has('requires_action')) return 'requires_action';
    if (has('voided', 'expired')) return 'voided';
    return has('failed') ? 'failed' : 'unpaid';
  }

  private sum(amount: (payment: Payment) => number): number {
    return total(this.payments, amount);
  }
}

const total = (payments: readonly Payment[], amount: (payment: Payment) => number): number =>
  payments.reduce((sum, payment) => sum + amount(payment), 0);

const holdsMoney = (payment: Payment): boolean =>
  payment.sums.openMinor + payment.sums.capturedMinor - payment.sums.refundedMinor > 0;

function labelOfCaptured(
  capturedMinor: number,
  refundedMinor: number,
  owedMinor: number,
): PaymentStatusLabel {
  if (refundedMinor >= capturedMinor) return 'refunded';
  if (refundedMinor > 0) return 'partially_refunded';
  if (capturedMinor < owedMinor) return 'partially_paid';
  return capturedMinor > owedMinor ? 'overpaid' : 'paid';
}

/** Ids are UUIDv7: their order is that of time. */
const newestFirst = (payments: readonly Payment[]): Payment[] =>
  [...payments].sort((a, b) => (a.id < b.id ? 1 : -1));
