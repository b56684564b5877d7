import { DomainError } from '../platform/errors/domain-error.js';
import { declareProblem } from '../platform/errors/problems.js';
import type { ReservationStatus } from './reservation-status.js';

export class ItemNotFound extends DomainError {
  constructor() {
    super('not-found', 'item-not-found', 'there is no such item');
  }
}

export class SkuTaken extends DomainError {
  constructor(sku: string) {
    super('conflict', 'sku-taken', 'another item has this sku', {
      headers: { Location: `/v1/items/${sku}` },
    });
  }
}

export class CurrencyNotSold extends DomainError {
  constructor(shopCurrency: string) {
    super('rule', 'currency-not-sold', `this shop sells in ${shopCurrency} only`, {
      errors: [
        { pointer: '#/price/currency', code: 'currency-not-sold', message: `must be ${shopCurrency}` },
      ],
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
    super('conflict', 'out-of-stock', 'fewer units are available than were asked for', {
      extensions: { lines },
    });
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
  constructor(
    reservation: { orderLineId: string; openUnits: number; status: ReservationStatus },
    wanted: string,
  ) {
    const { orderLineId, openUnits, status } = reservation;
    super(
      'conflict',
      'reservation-state',
      `a reservation that is ${status} with ${openUnits} open units cannot ${wanted}`,
      {
        extensions: { orderLineId, openUnits, currentState: status },
      },
    );
  }
}

export class ReservationNotFound extends DomainError {
  constructor(orderLineIds: string[]) {
    super('conflict', 'reservation-not-found', 'nothing is reserved for these order lines', {
      extensions: { orderLineIds },
    });
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

declareProblem(
  'item-not-found',
  'not-found',
  'Item not found',
  'No item on sale has this sku. Skus are exact: 84031A and 84031a are two items.',
);
declareProblem(
  'sku-taken',
  'conflict',
  'Sku taken',
  'Another item has this sku; `Location` names it. Change that one, or choose another sku.',
);
declareProblem(
  'currency-not-sold',
  'rule',
  'Currency not sold',
  'The shop sells in one currency, named in `shopCurrency`.',
);
declareProblem(
  'inactive-items-hidden',
  'forbidden',
  'Inactive items hidden',
  'Leave `active` out, or ask with a token of the staff.',
);
declareProblem(
  'out-of-stock',
  'conflict',
  'Out of stock',
  'Nothing was reserved. `lines` names each short item with what was requested and what is available.',
);
declareProblem(
  'recount-below-reserved',
  'conflict',
  'Recount below reserved',
  'Fewer units were counted than are promised to orders; `shortfall` says how many. Cancel orders, or count again.',
);
declareProblem(
  'adjustment-below-reserved',
  'conflict',
  'Adjustment below reserved',
  'Fewer units would be left than are promised to orders; `shortfall` says how many.',
);
declareProblem(
  'reservation-state',
  'conflict',
  'Reservation state',
  'The reservation has ended, is not confirmed yet, or has fewer units than were asked for; see `currentState` and `openUnits`.',
);
declareProblem(
  'reservation-not-found',
  'conflict',
  'Reservation not found',
  'Nothing is reserved for the order lines in `orderLineIds`.',
);
declareProblem(
  'nothing-reserved',
  'conflict',
  'Nothing reserved',
  'The order holds no unit that could be confirmed.',
);
declareProblem(
  'import-unreadable',
  'rule',
  'Import unreadable',
  'The file as a whole makes no sense: its encoding, its header or its columns. `detail` says which; nothing was taken.',
);
