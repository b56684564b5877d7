import { Injectable } from '@nestjs/common';
import { DeliveriesService } from '../deliveries/index.js';
import { InventoryService } from '../inventory/index.js';
import type { Order } from './order.entity.js';
import type { UnitsOfLine } from './units.js';

/** The goods of an order: parcels first and stock last, as the order of locks has it. */
@Injectable()
export class Warehouse {
  constructor(
    private readonly deliveries: DeliveriesService,
    private readonly inventory: InventoryService,
  ) {}

  /** Holds the units of a new order, and opens its parcel where it is confirmed already. Throws OutOfStock. */
  async hold(order: Order): Promise<void> {
    const isConfirmed = order.status === 'confirmed';
    if (isConfirmed) await this.openParcel(order);
    await this.inventory.reserve(
      order.id,
      order.lines.map(({ id, sku, quantity }) => ({ orderLineId: id, sku, quantity })),
    );
    if (isConfirmed) await this.inventory.commit(order.id);
  }

  /** The order was confirmed: its parcel is opened, its units are promised for good. */
  async dispatch(order: Order): Promise<void> {
    await this.openParcel(order);
    await this.inventory.commit(order.id);
  }

  /** Takes units out of the parcels of a confirmed order, before they leave, and gives them back to the shelf. */
  async takeBack(order: Order, units: UnitsOfLine[], allowPacked: boolean): Promise<void> {
    await this.deliveries.cancel(order.id, { lines: units, allowPacked });
    await this.inventory.release(order.id, units);
  }

  /** Gives units of an order that has no parcel back to the shelf; without `units` all of them. */
  async letGo(order: Order, units?: UnitsOfLine[]): Promise<void> {
    await this.inventory.release(order.id, units);
  }

  /** The units that are not canceled. */
  private async openParcel(order: Order): Promise<void> {
    await this.deliveries.open({
      orderId: order.id,
      customerId: order.customerId ?? undefined,
      address: { ...order.shippingAddress },
      lines: order.lines
        .filter((line) => line.expected > 0)
        .map(({ id, sku, name, expected }) => ({ orderLineId: id, sku, name, quantity: expected })),
    });
  }
}
