import { DomainError } from '../platform/errors/domain-error.js';
import { declareProblem } from '../platform/errors/problems.js';
import type { DeliveryStatus } from './delivery-status.js';

export class DeliveryNotFound extends DomainError {
  constructor() {
    super('not-found', 'delivery-not-found', 'there is no such delivery');
  }
}

/** The move is not in the table, or another move came first. */
export class DeliveryStateConflict extends DomainError {
  constructor(currentState: DeliveryStatus, wanted: string) {
    super('conflict', 'delivery-state', `a delivery that is ${currentState} cannot be ${wanted}`, {
      extensions: { currentState },
    });
  }
}

/** Units that were asked back are packed, shipped or not there. */
export class UnitsNotCancelable extends DomainError {
  constructor(lines: { orderLineId: string; requested: number; cancelable: number }[]) {
    super(
      'conflict',
      'delivery-already-dispatched',
      'some of these units have left or are packed and cannot be taken back',
      {
        extensions: { lines },
      },
    );
  }
}

export class SplitNotPossible extends DomainError {
  constructor(message: string) {
    super('rule', 'split-not-possible', message);
  }
}

export class TrackingNumberMissing extends DomainError {
  constructor(carrier: string) {
    super('rule', 'tracking-number-missing', `${carrier} takes no bookings: name the tracking number`);
  }
}

export class TrackingNumberTaken extends DomainError {
  constructor() {
    super('conflict', 'tracking-number-taken', 'another delivery of this carrier has this tracking number');
  }
}

/** The carrier did not answer or refused; the delivery stays as it was. */
export class CarrierUnavailable extends DomainError {
  constructor(carrier: string) {
    super('unavailable', 'carrier-unavailable', `${carrier} did not book the parcel`, {
      retryAfterSeconds: 5,
    });
  }
}

/** A scan that came before the parcel's number was stored; the carrier sends it again. */
export class ParcelUnknown extends DomainError {
  constructor() {
    super('not-found', 'parcel-unknown', 'no delivery has this tracking number yet');
  }
}

declareProblem(
  'delivery-not-found',
  'not-found',
  'Delivery not found',
  'There is no delivery with this id that you may see.',
);
declareProblem(
  'delivery-state',
  'conflict',
  'Not in this state',
  '`currentState` says how the delivery stands; this move is not possible from there.',
);
declareProblem(
  'delivery-already-dispatched',
  'conflict',
  'Already dispatched',
  'Some of these units are packed or have left; `lines` says how many of each can still be taken back.',
);
declareProblem(
  'split-not-possible',
  'rule',
  'Split not possible',
  'A split takes units that the delivery has, and leaves some behind.',
);
declareProblem(
  'tracking-number-missing',
  'rule',
  'Tracking number missing',
  'This carrier takes no bookings from here: send the number that it gave you.',
);
declareProblem(
  'tracking-number-taken',
  'conflict',
  'Tracking number taken',
  'Another delivery of this carrier has this tracking number.',
);
declareProblem(
  'carrier-unavailable',
  'unavailable',
  'Carrier away',
  'The carrier did not book the parcel, and the delivery stays as it was. Try again after Retry-After.',
);
declareProblem(
  'parcel-unknown',
  'not-found',
  'Parcel unknown',
  'No delivery has this tracking number yet. Send the scan again later.',
);
