import { DomainError } from '../platform/errors/domain-error.js';
import type { ReservationStatus } from './reservation-status.js';

export class ItemNotFound extends DomainError {
  constructor() {
    super('not-found', 'item-not-found', 'there is no such item');
  }
}

export class SkuTaken extends DomainError {
  constructor(sku: string) {
    super('conflict', 'sku-taken', 'another item has this sku', { headers: { Location: `/v1/items/${sku}` } });
  }
}

export class CurrencyNotSold extends DomainError {
  constructor(shopCurrency: string) {
    super('rule', 'currency-not-sold', `this shop sells in ${shopCurrency} only`, {
      errors: [{ pointer: '#/price/currency', code: 'currency-not-sold', message: `must be ${shopCurrency}` }],
      extensions: { shopCurrency },
    });
  }
}

/** Only staff and services may ask for items that are not on sale. */
export class InactiveItemsHidden extends DomainError {
  constructor() {
    super('forbidden', 'inactive-items-hidden', 'items that are not on sale are shown to staff only');
  }
}

export interface ShortLine {
  sku: string;
  requested: number;
  available: number;
}

/** All short lines at once; nothing was reserved. */
export class OutOfStock extends DomainError {
  constructor(lines: ShortLine[]) {
    super('conflict', 'out-of-stock', 'fewer units are available than were asked for', { extensions: { lines } });
  }
}

export class RecountBelowReserved extends DomainError {
  constructor(figures: { reserved: number; counted: number; shortfall: number }) {
    const message = `${figures.reserved} units are promised to orders, ${figures.shortfall} more than were counted`;
    super('conflict', 'recount-below-reserved', message, { extensions: figures });
  }
}

export class AdjustmentBelowReserved extends DomainError {
  constructor(figures: { reserved: number; onHand: number; shortfall: number }) {
    const message = `${figures.reserved} units are promised to orders, ${figures.shortfall} more than would be left`;
    super('conflict', 'adjustment-below-reserved', message, { extensions: figures });
  }
}

/** More units were to be released, shipped or taken back than the reservation has, or it has ended. */
export class ReservationConflict extends DomainError {
  constructor(reservation: { orderLineId: string; openUnits: number; status: ReservationStatus }, wanted: string) {
    const { orderLineId, openUnits, status } = reservation;
    super('conflict', 'reservation-state', `a reservation that is ${status} with ${openUnits} open units cannot ${wanted}`, {
      extensions: { orderLineId, openUnits, currentState: status },
    });
  }
}

export class ReservationNotFound extends DomainError {
  constructor(orderLineIds: string[]) {
    super('conflict', 'reservation-not-found', 'nothing is reserved for these order lines', { extensions: { orderLineIds } });
  }
}

/** The order has no promise left to confirm. */
export class NothingReserved extends DomainError {
  constructor(orderId: string) {
    super('conflict', 'nothing-reserved', 'no unit is reserved for this order', { extensions: { orderId } });
  }
}

/** The file as a whole cannot be read: wrong encoding, unknown columns, no header. */
export class ImportUnreadable extends DomainError {
  constructor(message: string) {
    super('rule', 'import-unreadable', message);
  }
}
