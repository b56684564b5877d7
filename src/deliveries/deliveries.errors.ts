import { DomainError } from '../platform/errors/domain-error.js';
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
