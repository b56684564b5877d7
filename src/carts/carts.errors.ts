import { DomainError, type FieldProblem } from '../platform/errors/domain-error.js';
import { declareProblem } from '../platform/errors/problems.js';
import { maxLinesPerCart, maxUnitsPerLine } from './cart-limits.js';
import type { CartStatus } from './cart-status.js';

export class CartNotFound extends DomainError {
  constructor() {
    super('not-found', 'cart-not-found', 'there is no such cart');
  }
}

export class CartLineNotFound extends DomainError {
  constructor() {
    super('not-found', 'cart-line-not-found', 'the cart has no such line');
  }
}

/** One cart becomes one order; `Location` leads to it. */
export class CartAlreadyOrdered extends DomainError {
  constructor(orderId: string) {
    super('conflict', 'cart-already-ordered', 'the cart was ordered already', {
      extensions: { currentState: 'ordered', orderId },
      headers: { Location: `/v1/orders/${orderId}` },
    });
  }
}

export class CartNotOpen extends DomainError {
  constructor(currentState: CartStatus) {
    super('conflict', 'cart-not-open', `the cart is ${currentState}`, { extensions: { currentState } });
  }
}

/** What a checkout needs and the cart lacks. */
export class CartIncomplete extends DomainError {
  constructor(errors: FieldProblem[]) {
    super('rule', 'cart-incomplete', 'the cart cannot be ordered yet', { errors });
  }
}

/** Items that the shop does not have or does not sell now; `indexes` are their places in the request's lines. */
export class ItemsNotAvailable extends DomainError {
  constructor(lines: { index: number; sku: string }[]) {
    super('rule', 'not-available', 'some items are not on sale', {
      errors: lines.map(({ index, sku }) => ({
        pointer: `#/lines/${index}/sku`,
        code: 'not-available',
        message: `${sku} is not on sale`,
      })),
    });
  }
}

export class QuantityLimit extends DomainError {
  constructor(pointers: string[]) {
    const message = `a line has at most ${maxUnitsPerLine} units`;
    super('rule', 'quantity-limit', message, {
      errors: pointers.map((pointer) => ({ pointer, code: 'quantity-limit', message })),
      extensions: { limit: maxUnitsPerLine },
    });
  }
}

export class LineLimit extends DomainError {
  constructor() {
    super('rule', 'line-limit', `a cart has at most ${maxLinesPerCart} lines`, {
      extensions: { limit: maxLinesPerCart },
    });
  }
}

/** The sum is beyond the integers that JSON carries exactly. */
export class TotalTooLarge extends DomainError {
  constructor() {
    super('rule', 'total-too-large', 'the total is too large to be counted exactly');
  }
}

/** Only a signed-in customer can take over a guest's cart. */
export class CustomerNeeded extends DomainError {
  constructor() {
    super('forbidden', 'customer-needed', 'sign in as a customer to merge a guest cart');
  }
}

/** The Cart-Token is missing, unknown or spent; a guess learns nothing more. */
export class GuestCartNotFound extends DomainError {
  constructor() {
    super('not-found', 'guest-cart-not-found', 'no open guest cart belongs to this Cart-Token');
  }
}

export class CurrencyMismatch extends DomainError {
  constructor(of: { cart: string; guestCart: string }) {
    super('rule', 'currency-mismatch', `a cart in ${of.guestCart} cannot become part of one in ${of.cart}`, {
      extensions: of,
    });
  }
}

declareProblem(
  'cart-not-found',
  'not-found',
  'Cart not found',
  'There is no such cart, or it is not yours. Send the Cart-Token you were given, or sign in.',
);
declareProblem(
  'cart-line-not-found',
  'not-found',
  'Line not found',
  'The cart has no line with this id; it may have been removed meanwhile.',
);
declareProblem(
  'cart-already-ordered',
  'conflict',
  'Cart already ordered',
  'A cart becomes one order; `orderId` and Location lead to it. Open a new cart to buy more.',
);
declareProblem(
  'cart-not-open',
  'conflict',
  'Cart not open',
  '`currentState` says what became of the cart. An abandoned one opens with its next edit; a merged or expired one stays closed.',
);
declareProblem(
  'cart-incomplete',
  'rule',
  'Cart incomplete',
  '`errors` names what is missing: lines, an email address, a shipping address.',
);
declareProblem(
  'not-available',
  'rule',
  'Not on sale',
  '`errors` names the lines whose items the shop does not have or does not sell now.',
);
declareProblem(
  'quantity-limit',
  'rule',
  'Too many units',
  'A line has at most `limit` units. Split the purchase.',
);
declareProblem(
  'line-limit',
  'rule',
  'Too many lines',
  'A cart has at most `limit` lines. Split the purchase.',
);
declareProblem(
  'total-too-large',
  'rule',
  'Total too large',
  'The sum is beyond the integers that JSON carries exactly. Take fewer units.',
);
declareProblem(
  'customer-needed',
  'forbidden',
  'Customer needed',
  'Send the customer’s bearer token together with the Cart-Token of the guest cart.',
);
declareProblem(
  'guest-cart-not-found',
  'not-found',
  'Guest cart not found',
  'The Cart-Token is missing, unknown, or was spent by an earlier merge.',
);
declareProblem(
  'currency-mismatch',
  'rule',
  'Currencies differ',
  'The two carts are in different currencies and cannot become one.',
);
