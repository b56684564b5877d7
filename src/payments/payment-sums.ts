import type { TransactionKind } from './payment-status.js';
import type { PaymentTransaction } from './payment-transaction.entity.js';

/** What a payment's transactions add up to, in minor units. */
export class PaymentSums {
  constructor(private readonly transactions: readonly PaymentTransaction[]) {}

  /** Authorized, and neither captured nor released. */
  get openMinor(): number {
    return Math.max(0, this.done('authorization') - this.done('capture') - this.done('void'));
  }

  get capturedMinor(): number {
    return this.done('capture');
  }

  get capturingMinor(): number {
    return this.underWay('capture');
  }

  get refundedMinor(): number {
    return this.done('refund');
  }

  get chargedBackMinor(): number {
    return Math.max(0, this.done('chargeback') - this.done('chargeback_reversal'));
  }

  /** What a capture or a void may still take of the authorization. */
  get capturableMinor(): number {
    return this.isVoiding ? 0 : Math.max(0, this.openMinor - this.capturingMinor);
  }

  get refundableMinor(): number {
    const gone = this.refundedMinor + this.underWay('refund') + this.chargedBackMinor;
    return Math.max(0, this.capturedMinor - gone);
  }

  /** Open and captured money less what was charged back or given back by `keepOnly`; a refund that a person grants changes nothing here. */
  get keptMinor(): number {
    const givenBack = this.sum('refund', (each) => isKeepOnly(each) && each.state === 'succeeded');
    return this.openMinor + this.capturedMinor - this.chargedBackMinor - givenBack;
  }

  /** What of `keptMinor` is being released or given back already. */
  get leavingMinor(): number {
    return this.underWay('void') + this.sum('refund', (each) => isKeepOnly(each) && each.isUndecided);
  }

  get isVoiding(): boolean {
    return this.transactions.some((each) => each.kind === 'void' && each.isUndecided);
  }

  private done(kind: TransactionKind): number {
    return this.sum(kind, (each) => each.state === 'succeeded');
  }

  private underWay(kind: TransactionKind): number {
    return this.sum(kind, (each) => each.isUndecided);
  }

  private sum(kind: TransactionKind, counts: (each: PaymentTransaction) => boolean): number {
    return this.transactions.reduce(
      (sum, each) => (each.kind === kind && counts(each) ? sum + each.amountMinor : sum),
      0,
    );
  }
}

const isKeepOnly = (transaction: PaymentTransaction): boolean => transaction.origin === 'keep_only';
