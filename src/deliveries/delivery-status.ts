export const deliveryStatuses = [
  'pending',
  'packed',
  'shipped',
  'in_transit',
  'out_for_delivery',
  'available_for_pickup',
  'attempt_failed',
  'exception',
  'returning',
  'delivered',
  'returned',
  'lost',
  'canceled',
] as const;

export type DeliveryStatus = (typeof deliveryStatuses)[number];

const trouble = ['attempt_failed', 'exception', 'returning', 'returned', 'lost'] as const;

/** The legal moves. Any step forward may be skipped, because carriers miss scans; what is not named is refused or, from a carrier, kept as history only. */
export const deliveryMoves: Readonly<Record<DeliveryStatus, readonly DeliveryStatus[]>> = {
  pending: ['packed', 'shipped', 'canceled'],
  packed: ['shipped', 'canceled'],
  shipped: ['in_transit', 'out_for_delivery', 'available_for_pickup', 'delivered', ...trouble],
  in_transit: ['out_for_delivery', 'available_for_pickup', 'delivered', ...trouble],
  out_for_delivery: ['available_for_pickup', 'delivered', ...trouble],
  available_for_pickup: ['delivered', 'exception', 'returning', 'returned', 'lost'],
  attempt_failed: [
    'in_transit',
    'out_for_delivery',
    'available_for_pickup',
    'delivered',
    'exception',
    'returning',
    'returned',
    'lost',
  ],
  exception: [
    'in_transit',
    'out_for_delivery',
    'available_for_pickup',
    'attempt_failed',
    'delivered',
    'returning',
    'returned',
    'lost',
  ],
  returning: ['returned', 'lost'],
  lost: ['delivered', 'returned'],
  delivered: [],
  returned: [],
  canceled: [],
};

export function mayMove(from: DeliveryStatus, to: DeliveryStatus): boolean {
  return deliveryMoves[from].includes(to);
}

/** In the warehouse: its units are still on the shelf and can be canceled. */
export const unshippedStatuses: readonly DeliveryStatus[] = ['pending', 'packed'];

/** Nothing more is expected of these; `lost` is not among them, because a person has to decide. */
export const endedStatuses: readonly DeliveryStatus[] = ['delivered', 'returned', 'canceled'];

/** A person should look at these. */
export const troubledStatuses: readonly DeliveryStatus[] = ['exception', 'returning', 'returned', 'lost'];

/** What a carrier's scan can mean. */
export const trackingStatuses = [
  'in_transit',
  'out_for_delivery',
  'available_for_pickup',
  'attempt_failed',
  'exception',
  'returning',
  'delivered',
  'returned',
  'lost',
] as const satisfies readonly DeliveryStatus[];

export type TrackingStatus = (typeof trackingStatuses)[number];
