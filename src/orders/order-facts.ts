import type { Address, Totals } from '../carts/index.js';
import type { LineToPlace } from './order-line.entity.js';
import type { OrderPaymentStatus } from './order-status.js';

export interface OrderToPlace {
  id: string;
  cartId?: string;
  customerId?: string;
  email: string;
  shippingAddress: Address;
  billingAddress?: Address;
  note?: string;
  totals: Totals;
  lines: LineToPlace[];
}

/** What the payments of an order amount to, in minor units. */
export interface MoneyStanding {
  /** The label of the sums. */
  status: OrderPaymentStatus;
  hasUnknown: boolean;
  /** Open authorizations and what was captured, less what went back. */
  keptMinor: number;
  /** Of that, what is not captured yet. */
  authorizedMinor: number;
}

/** How far the units of an order have come. */
export interface DeliveryStanding {
  lines: { orderLineId: string; shipped: number; delivered: number; returned: number }[];
  /** Whether a parcel has neither arrived, come back nor been canceled. */
  isAnythingLeft: boolean;
  /** Whether a person should look at a parcel. */
  isTroubled: boolean;
}

/** How long an order waits for its money, from its placement. */
export interface PaymentTerms {
  expirySeconds: number;
  /** At most, while a payment is under way. */
  hardLimitSeconds: number;
}
