export const transactionKinds = [
  'authorization',
  'capture',
  'void',
  'refund',
  'chargeback',
  'chargeback_reversal',
] as const;
export type TransactionKind = (typeof transactionKinds)[number];

export const transactionStates = ['pending', 'requires_action', 'succeeded', 'failed', 'unknown'] as const;
export type TransactionState = (typeof transactionStates)[number];

/** The allowed moves of a payment transaction; whatever is not here is late news. */
export const transactionMoves: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  pending: ['requires_action', 'succeeded', 'failed', 'unknown'],
  requires_action: ['pending', 'succeeded', 'failed'],
  unknown: ['pending', 'succeeded', 'failed'],
  succeeded: ['failed'],
  failed: ['succeeded'],
};

export const undecidedStates: readonly TransactionState[] = ['pending', 'requires_action', 'unknown'];

export const isUndecided = (state: TransactionState): boolean => undecidedStates.includes(state);

/** The moves from one state to another: none where nothing changes or the news is late, two where the table leads through `pending`. */
export function pathBetween(from: TransactionState, to: TransactionState): readonly TransactionState[] {
  if (from === to) return [];
  if (transactionMoves[from].includes(to)) return [to];
  if (from === 'unknown' && to === 'requires_action') return ['pending', 'requires_action'];
  return [];
}

export const paymentStatuses = [
  'created',
  'requires_action',
  'pending',
  'authorized',
  'partially_captured',
  'captured',
  'partially_refunded',
  'refunded',
  'voided',
  'expired',
  'failed',
  'charged_back',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/** What the label of one payment is read from, all amounts in minor units. */
export interface PaymentStanding {
  authorization: { state: TransactionState; isAcknowledged: boolean };
  openMinor: number;
  capturedMinor: number;
  refundedMinor: number;
  chargedBackMinor: number;
  /** How the last void came about, undefined where there is none. */
  release?: 'voided' | 'expired';
}

/** The label of a payment's sums; money outweighs what its authorization says. */
export function paymentStatus(standing: PaymentStanding): PaymentStatus {
  const { openMinor, capturedMinor, refundedMinor, chargedBackMinor } = standing;
  if (chargedBackMinor > 0) return 'charged_back';
  if (capturedMinor > 0 && refundedMinor >= capturedMinor) return 'refunded';
  if (refundedMinor > 0) return 'partially_refunded';
  if (capturedMinor > 0) return openMinor > 0 ? 'partially_captured' : 'captured';
  if (openMinor > 0) return 'authorized';
  return withoutMoney(standing);
}

function withoutMoney({ authorization, release }: PaymentStanding): PaymentStatus {
  switch (authorization.state) {
    case 'requires_action':
      return 'requires_action';
    case 'pending':
      return authorization.isAcknowledged ? 'pending' : 'created';
    case 'unknown':
      return 'pending';
    case 'failed':
      return release ?? 'failed';
    case 'succeeded':
      return release ?? 'failed';
  }
}

export const orderPaymentStatuses = [
  'unpaid',
  'pending',
  'requires_action',
  'partially_authorized',
  'authorized',
  'partially_paid',
  'paid',
  'overpaid',
  'partially_refunded',
  'refunded',
  'voided',
  'failed',
  'charged_back',
] as const;
/** The label that an order stores as its paymentStatus. */
export type PaymentStatusLabel = (typeof orderPaymentStatuses)[number];
