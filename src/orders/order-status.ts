export const orderStatuses = ['pending', 'confirmed', 'completed', 'canceled', 'expired'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** The allowed moves; any other is a conflict with the current state. */
export const orderMoves: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'canceled', 'expired'],
  confirmed: ['completed', 'canceled'],
  completed: [],
  canceled: [],
  expired: [],
};

export function mayMove(from: OrderStatus, to: OrderStatus): boolean {
  return orderMoves[from].includes(to);
}

/** Labels of the sums over an order's payments; payments computes them, the order stores them. */
export const paymentStatuses = [
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
export type OrderPaymentStatus = (typeof paymentStatuses)[number];

export const deliveryStatuses = [
  'unfulfilled',
  'partially_shipped',
  'shipped',
  'partially_delivered',
  'delivered',
  'partially_returned',
  'returned',
] as const;
export type OrderDeliveryStatus = (typeof deliveryStatuses)[number];

/** Units of a whole order; `expected` are those ordered and not canceled. */
export interface UnitCounts {
  expected: number;
  shipped: number;
  delivered: number;
  returned: number;
}

/** The label of the units' sums: what has come furthest names it, `partially` where it is not all of them. */
export function deliveryStatusOf({
  expected,
  shipped,
  delivered,
  returned,
}: UnitCounts): OrderDeliveryStatus {
  if (returned > 0) return returned >= expected ? 'returned' : 'partially_returned';
  if (delivered > 0) return delivered >= expected ? 'delivered' : 'partially_delivered';
  if (shipped > 0) return shipped >= expected ? 'shipped' : 'partially_shipped';
  return 'unfulfilled';
}

/** Why a person should look at an order. */
export const attentionReasons = [
  /** Confirmed or completed, and less is kept than is owed. */
  'amount-due',
  /** Canceled or expired, and money is still there. */
  'money-to-return',
  /** A parcel is in trouble: exception, on its way back, returned or lost. */
  'delivery-trouble',
  /** A payment's outcome has been unknown for long. */
  'payment-unknown',
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

/** A worker settles what is unknown within a minute; after this long it needs a person. */
export const unknownForLongSeconds = 900;
