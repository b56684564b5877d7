import { Injectable } from '@nestjs/common';
import type { NewEvent } from '../platform/events/domain-event.js';
import { Outbox } from '../platform/events/outbox.js';
import { currentActor } from '../platform/http/request-context.js';
import { drawOrderNumber } from './order-number.js';
import type { OrderNews } from './order-news.js';
import type { Order } from './order.entity.js';
import { OrdersRepository } from './orders.repository.js';

/** LAW: one transition is one version, one event and one row of the timeline; this is the one place that writes the three. */
@Injectable()
export class OrderJournal {
  constructor(
    private readonly repository: OrdersRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Stores a new order with all that has happened to it so far. */
  async place(order: Order): Promise<void> {
    // One number in 26 million million is drawn twice: then the next one serves.
    while (!(await this.repository.place(order, currentActor()))) order.renumber(drawOrderNumber());
    this.tell(order);
  }

  /** Stores what has happened since the order was locked. */
  async save(order: Order): Promise<void> {
    await this.repository.save(order, currentActor());
    this.tell(order);
  }

  private tell(order: Order): void {
    this.outbox.add(...order.news.splice(0).map((news) => eventOf(order, news)));
  }
}

function eventOf(order: Order, { type, payload }: OrderNews): NewEvent {
  return { type, aggregateId: order.id, sequence: payload.version, key: order.id, payload };
}
