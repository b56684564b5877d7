import { Injectable } from '@nestjs/common';
import { DeliveriesService } from '../deliveries/index.js';
import { PaymentsService } from '../payments/index.js';
import type { Grant, Owner } from '../platform/auth/index.js';
import type { Answer } from '../platform/http/index.js';
import { OrderAnswers } from './order-answers.service.js';
import type { Order } from './order.entity.js';
import { AlreadyCaptured, OrderNotFound } from './orders.errors.js';
import { OrdersRepository } from './orders.repository.js';
import type { CancelRequest } from './orders.schemas.js';
import { SettlementService } from './settlement.service.js';
import { unitsLeft } from './units.js';
import { Warehouse } from './warehouse.js';

@Injectable()
export class CancellationService {
  constructor(
    private readonly repository: OrdersRepository,
    private readonly settlement: SettlementService,
    private readonly payments: PaymentsService,
    private readonly deliveries: DeliveriesService,
    private readonly warehouse: Warehouse,
    private readonly answers: OrderAnswers,
  ) {}

  /**
   * Cancels the named units, or all that have not left; with the last unit the order. Money that is not owed any more goes back
   * by itself. Throws where units have left or, for shoppers, are packed, and for guests where the money is taken.
   */
  async cancel(id: string, owner: Owner, grant: Grant, request: CancelRequest): Promise<Answer> {
    const locked = await this.repository.lock(id, owner);
    if (!locked) throw new OrderNotFound();
    const { order, now } = locked;
    if (grant.condition === 'before-capture') await this.refuseCaptured(order);
    const isConfirmed = order.status === 'confirmed';
    if (isConfirmed) order.follow(await this.deliveries.progress(id));
    const units = request.lines ?? unitsLeft(order);
    order.cancelLines(units, now, request.reason);
    await this.payments.keepOnly(id, order.owedMinor);
    await this.settlement.weigh(locked);
    // Under the parcels' lock: whoever ships the units first wins, and this throws.
    if (isConfirmed)
      await this.warehouse.takeBack(order, units, grant.condition === 'before-ship' || !grant.condition);
    else await this.warehouse.letGo(order, units);
    return this.answers.changed(order);
  }

  private async refuseCaptured(order: Order): Promise<void> {
    const { capturedMinor } = await this.payments.balance(order.id, order.owedMinor);
    if (capturedMinor > 0) throw new AlreadyCaptured(order.status);
  }
}
