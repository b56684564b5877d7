import type { EventCatalogue, EventType } from '../platform/events/catalogue.js';
import type { NewEvent } from '../platform/events/domain-event.js';
import type { CarrierScan } from './carriers/carrier.js';
import type { Delivery, DeliveryLine } from './delivery.entity.js';

/** The events of a delivery, as it stands after the transition. */
function news<T extends EventType>(type: T, delivery: Delivery, payload: EventCatalogue[T]): NewEvent<T> {
  return { type, aggregateId: delivery.id, sequence: delivery.version, key: delivery.orderId, payload };
}

const snapshot = ({ id, orderId, version, status }: Delivery) => ({
  deliveryId: id,
  orderId,
  version,
  status,
});

const linesOf = (lines: DeliveryLine[]) =>
  lines.map(({ orderLineId, sku, quantity }) => ({ orderLineId, sku, quantity }));

const parcelOf = (delivery: Delivery) => ({
  carrier: delivery.carrier ?? '',
  trackingNumber: delivery.trackingNumber ?? '',
});

const scanOf = (scan: CarrierScan) => ({
  scannedStatus: scan.status,
  rawStatus: scan.rawStatus,
  scannedAt: scan.scannedAt.toISOString(),
});

export const opened = (delivery: Delivery) =>
  news('delivery.opened', delivery, { ...snapshot(delivery), lines: linesOf(delivery.lines) });

export const split = (delivery: Delivery, part: Delivery) =>
  news('delivery.split', delivery, {
    ...snapshot(delivery),
    newDeliveryId: part.id,
    movedLines: linesOf(part.lines),
  });

export const packed = (delivery: Delivery) => news('delivery.packed', delivery, snapshot(delivery));

export const shipped = (delivery: Delivery) =>
  news('delivery.shipped', delivery, {
    ...snapshot(delivery),
    ...parcelOf(delivery),
    lines: linesOf(delivery.lines),
  });

export const canceled = (delivery: Delivery) =>
  news('delivery.canceled', delivery, { ...snapshot(delivery), lines: linesOf(delivery.lines) });

export const estimateChanged = (delivery: Delivery, from: Date, to: Date) =>
  news('delivery.estimate_changed', delivery, {
    ...snapshot(delivery),
    estimatedFrom: from.toISOString(),
    estimatedTo: to.toISOString(),
  });

/** One version, one event: arrival, return and loss stand in place of `delivery.tracked`. */
export function tracked(delivery: Delivery, scan: CarrierScan, hasMoved: boolean): NewEvent {
  const payload = { ...snapshot(delivery), ...parcelOf(delivery), ...scanOf(scan) };
  if (hasMoved && delivery.status === 'delivered') return news('delivery.delivered', delivery, payload);
  if (hasMoved && delivery.status === 'lost') return news('delivery.lost', delivery, payload);
  if (hasMoved && delivery.status === 'returned') {
    return news('delivery.returned', delivery, { ...payload, lines: linesOf(delivery.lines) });
  }
  return news('delivery.tracked', delivery, payload);
}
