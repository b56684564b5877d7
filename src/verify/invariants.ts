import { cartInvariants } from '../carts/index.js';
import { deliveryInvariants } from '../deliveries/index.js';
import { inventoryInvariants } from '../inventory/index.js';
import { orderInvariants } from '../orders/index.js';
import { paymentInvariants } from '../payments/index.js';
import { crossRoomInvariants, eventInvariants } from './cross-room.invariants.js';
import { historyInvariants } from './history.invariants.js';
import type { Invariant } from './invariant.js';
import { platformInvariants } from './platform.invariants.js';

const all: readonly Invariant[] = [
  ...inventoryInvariants,
  ...cartInvariants,
  ...orderInvariants,
  ...paymentInvariants,
  ...deliveryInvariants,
  ...crossRoomInvariants,
  ...eventInvariants,
  ...historyInvariants,
  ...platformInvariants,
];

const numberOf = ({ id }: Invariant): number => Number(id.slice(1)) || 0;

/** Every statement of every room, in the order of docs/guarantees.md. */
export const invariants: readonly Invariant[] = [...all].sort((a, b) => numberOf(a) - numberOf(b));
