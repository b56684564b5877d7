import { Injectable } from '@nestjs/common';
import { Outbox } from '../platform/events/outbox.js';
import { UnitsNotCancelable } from './deliveries.errors.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import type { DeliveryView } from './deliveries.schemas.js';
import { Delivery, DeliveryAddress, DeliveryLine, UnitsOfLine } from './delivery.entity.js';
import { canceled, opened, split } from './delivery-news.js';
import { DeliveryViewsRepository, LineProgress } from './delivery-views.repository.js';
import { unshippedStatuses } from './delivery-status.js';

export interface DeliveryToOpen {
  orderId: string;
  customerId?: string;
  address: DeliveryAddress;
  lines: DeliveryLine[];
}

export interface CancelOptions {
  /** Absent: all that has not been shipped. */
  lines?: UnitsOfLine[];
  /** Whether parcels that are packed may still be taken apart. */
  allowPacked: boolean;
}

export interface DeliveryProgress {
  lines: LineProgress[];
  /** Whether a parcel has neither arrived, come back nor been canceled. */
  isAnythingLeft: boolean;
  /** Whether a person should look: exception, on its way back, returned or lost. */
  isTroubled: boolean;
}

/** The room's door: what orders calls, always inside its transaction. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly views: DeliveryViewsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Opens the first parcel of a confirmed order, with all its lines. */
  async open(order: DeliveryToOpen): Promise<void> {
    const { orderId, customerId, address, lines } = order;
    const delivery = Delivery.open(
      { orderId, customerId: customerId ?? null, address, lines },
      await this.repository.now(),
    );
    await this.repository.insert([delivery]);
    this.outbox.add(opened(delivery));
  }

  /**
   * Takes units back before they leave, under the lock of all parcels of the order; answers what was taken.
   * Throws UnitsNotCancelable where a named line has fewer units here than asked.
   */
  async cancel(orderId: string, options: CancelOptions): Promise<UnitsOfLine[]> {
    const parcels = (await this.repository.lockOfOrder(orderId))
      .filter((parcel) => unshippedStatuses.includes(parcel.status))
      .filter((parcel) => options.allowPacked || parcel.status === 'pending');
    const wanted = options.lines ?? unitsOf(parcels);
    refuseShortage(wanted, unitsOf(parcels));
    const now = await this.repository.now();
    const open = new Map(wanted.map((unit) => [unit.orderLineId, unit.quantity]));
    for (const parcel of pendingFirst(parcels)) await this.takeOut(parcel, takeFrom(parcel, open), now);
    return wanted;
  }

  async progress(orderId: string): Promise<DeliveryProgress> {
    return { lines: await this.views.lineProgress(orderId), ...(await this.views.outlook(orderId)) };
  }

  ofOrder(orderId: string): Promise<DeliveryView[]> {
    return this.views.ofOrder(orderId);
  }

  /** A part is canceled as a parcel of its own, so that quantities are conserved and the history stays readable. */
  private async takeOut(parcel: Delivery, units: UnitsOfLine[], now: Date): Promise<void> {
    if (units.length === 0) return;
    const isWhole = parcel.lines.every((line) =>
      units.some((unit) => unit.orderLineId === line.orderLineId && unit.quantity === line.quantity),
    );
    if (isWhole) {
      parcel.cancel(now);
      await this.repository.save(parcel);
      this.outbox.add(canceled(parcel));
      return;
    }
    const part = parcel.split(units, now);
    const birth = opened(part);
    part.cancel(now);
    await this.repository.save(parcel);
    await this.repository.replaceLines(parcel);
    await this.repository.insert([part]);
    this.outbox.add(split(parcel, part));
    this.outbox.add(birth);
    this.outbox.add(canceled(part));
  }
}

function unitsOf(parcels: Delivery[]): UnitsOfLine[] {
  const units = new Map<string, number>();
  for (const line of parcels.flatMap((parcel) => parcel.lines)) {
    units.set(line.orderLineId, (units.get(line.orderLineId) ?? 0) + line.quantity);
  }
  return [...units].map(([orderLineId, quantity]) => ({ orderLineId, quantity }));
}

function refuseShortage(wanted: UnitsOfLine[], there: UnitsOfLine[]): void {
  const cancelable = new Map(there.map((unit) => [unit.orderLineId, unit.quantity]));
  const short = wanted
    .map((unit) => ({
      orderLineId: unit.orderLineId,
      requested: unit.quantity,
      cancelable: cancelable.get(unit.orderLineId) ?? 0,
    }))
    .filter((line) => line.requested > line.cancelable);
  if (short.length > 0) throw new UnitsNotCancelable(short);
}

/** What is not packed yet costs nobody any work, so it goes first. */
function pendingFirst(parcels: Delivery[]): Delivery[] {
  return [...parcels].sort((a, b) => Number(a.status !== 'pending') - Number(b.status !== 'pending'));
}

function takeFrom(parcel: Delivery, open: Map<string, number>): UnitsOfLine[] {
  const taken: UnitsOfLine[] = [];
  for (const line of parcel.lines) {
    const quantity = Math.min(line.quantity, open.get(line.orderLineId) ?? 0);
    if (quantity === 0) continue;
    open.set(line.orderLineId, (open.get(line.orderLineId) ?? 0) - quantity);
    taken.push({ orderLineId: line.orderLineId, quantity });
  }
  return taken;
}
