export const movementKinds = [
  'receive',
  'adjust',
  'recount',
  'reserve',
  'release',
  'ship',
  'return',
] as const;

export type MovementKind = (typeof movementKinds)[number];

/** Which way one unit of each kind moves each bucket; `adjust` and `recount` take signed units. */
const effects: Readonly<Record<MovementKind, { onHand: number; reserved: number }>> = {
  receive: { onHand: 1, reserved: 0 },
  adjust: { onHand: 1, reserved: 0 },
  recount: { onHand: 1, reserved: 0 },
  reserve: { onHand: 0, reserved: 1 },
  release: { onHand: 0, reserved: -1 },
  ship: { onHand: -1, reserved: -1 },
  return: { onHand: 1, reserved: 0 },
};

/** What the units were moved for: an order's line, or a person's words. */
export interface MovementReference {
  orderId?: string;
  orderLineId?: string;
  reason?: string;
}

/** One row of the ledger before it is written. */
export interface Movement extends MovementReference {
  sku: string;
  location: string;
  kind: MovementKind;
  deltaOnHand: number;
  deltaReserved: number;
}

/** The one place today; every figure names its location all the same. */
export const mainLocation = 'main';

export function movement(
  kind: MovementKind,
  at: { sku: string; location: string },
  units: number,
  reference: MovementReference = {},
): Movement {
  const effect = effects[kind];
  return {
    sku: at.sku,
    location: at.location,
    kind,
    // A product with 0 may be -0, which is no integer to JSON readers and tests alike.
    deltaOnHand: effect.onHand * units || 0,
    deltaReserved: effect.reserved * units || 0,
    orderId: reference.orderId,
    orderLineId: reference.orderLineId,
    reason: reference.reason,
  };
}
