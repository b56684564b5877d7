import { DomainError } from '../platform/errors/domain-error.js';
import { declareProblem } from '../platform/errors/problems.js';
import type { OrderStatus } from './order-status.js';

export class OrderNotFound extends DomainError {
  constructor() {
    super('not-found', 'order-not-found', 'there is no such order');
  }
}

/** The shopper saw another total than the one that holds; nothing was ordered. */
export class TotalChanged extends DomainError {
  constructor(
    expected: { amountMinor: number; currency: string },
    actual: { amountMinor: number; currency: string },
  ) {
    super('conflict', 'total-changed', 'the total is not the one that was expected', {
      extensions: { expectedTotal: expected, actualTotal: actual },
    });
  }
}

/** The move is not in the table, or another move came first. */
export class OrderStateConflict extends DomainError {
  constructor(currentState: OrderStatus, wanted: string) {
    super('conflict', 'order-state', `an order that is ${currentState} cannot be ${wanted}`, {
      extensions: { currentState },
    });
  }
}

/** Its time to be paid is over, swept or not. */
export class OrderExpired extends DomainError {
  constructor(currentState: OrderStatus) {
    super('conflict', 'order-expired', 'the order was not paid in time and cannot be paid any more', {
      extensions: { currentState },
    });
  }
}

export class NothingToPay extends DomainError {
  constructor(currentState: OrderStatus) {
    super('conflict', 'nothing-to-pay', 'nothing is due for this order', { extensions: { currentState } });
  }
}

export class UnknownOrderLines extends DomainError {
  constructor(lines: { index: number; orderLineId: string }[]) {
    super('rule', 'order-line-unknown', 'the order has no such line', {
      errors: lines.map(({ index, orderLineId }) => ({
        pointer: `#/lines/${index}/orderLineId`,
        code: 'order-line-unknown',
        message: `the order has no line ${orderLineId}`,
      })),
    });
  }
}

/** More units were named than are left to cancel. */
export class UnitsNotLeft extends DomainError {
  constructor(
    currentState: OrderStatus,
    lines: { orderLineId: string; requested: number; cancelable: number }[],
  ) {
    super('conflict', 'units-not-left', 'fewer units are left to cancel than were named', {
      extensions: { currentState, lines },
    });
  }
}

/** A guest may cancel until the money is taken; afterwards the shop does it. */
export class AlreadyCaptured extends DomainError {
  constructor(currentState: OrderStatus) {
    super('conflict', 'order-already-captured', 'the order is paid: ask the shop to cancel it', {
      extensions: { currentState },
    });
  }
}

/** The order stands and stays payable until it expires. */
export class PaymentDeclined extends DomainError {
  constructor(of: { orderId: string; paymentId: string; reason?: string }) {
    super(
      'payment-declined',
      'payment-declined',
      'the payment was declined; the order can be paid in another way',
      {
        extensions: of,
      },
    );
  }
}

declareProblem(
  'order-not-found',
  'not-found',
  'Order not found',
  'There is no such order, or it is not yours. Send the Order-Token you were given, or sign in.',
);
declareProblem(
  'total-changed',
  'conflict',
  'Total changed',
  'Prices or lines changed since the shopper looked: `expectedTotal` was sent, `actualTotal` holds. Show it and ask again.',
);
declareProblem(
  'order-state',
  'conflict',
  'Not in this state',
  '`currentState` says how the order stands; this move is not possible from there.',
);
declareProblem(
  'order-expired',
  'conflict',
  'Order expired',
  'It was not paid in time and its stock went back on sale. Order anew.',
);
declareProblem(
  'nothing-to-pay',
  'conflict',
  'Nothing to pay',
  'Nothing is due for this order; `currentState` says how it stands.',
);
declareProblem(
  'order-line-unknown',
  'rule',
  'Unknown order line',
  '`errors` names the lines that this order does not have.',
);
declareProblem(
  'units-not-left',
  'conflict',
  'Units not left',
  'Fewer units are left to cancel than were named; `lines` says how many of each.',
);
declareProblem(
  'order-already-captured',
  'conflict',
  'Already paid',
  'A guest cancels until the money is taken; from then on the shop does it.',
);
declareProblem(
  'payment-declined',
  'payment-declined',
  'Payment declined',
  'The order stands and can be paid in another way until it expires; `orderId` and Location lead to it.',
);
