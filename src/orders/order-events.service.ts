import { Injectable } from '@nestjs/common';
import type { Owner, Principal } from '../platform/auth/index.js';
import { EventStreams } from '../platform/events/index.js';
import type { EventSource } from '../platform/http/index.js';
import { eventViewFor } from './order-event-views.js';
import { OrderListsRepository } from './order-lists.repository.js';
import { OrderNotFound } from './orders.errors.js';

/** An order's events, those of its payments and parcels among them, as they are published. */
@Injectable()
export class OrderEvents {
  constructor(
    private readonly orders: OrderListsRepository,
    private readonly streams: EventStreams,
  ) {}

  /** @param after id of the last event that the reader has, 0 for none */
  async follow(id: string, owner: Owner, reader: Principal, after: number): Promise<EventSource> {
    if (!(await this.orders.isVisible(id, owner))) throw new OrderNotFound();
    const stream = this.streams.follow(id, after);
    try {
      const pages = await stream.begin();
      return {
        pages: mapped(pages, eventViewFor(reader)),
        signal: stream.signal,
        close: () => stream.close(),
      };
    } catch (error) {
      stream.close();
      throw error;
    }
  }
}

async function* mapped<From, To>(
  pages: AsyncIterable<readonly From[]>,
  view: (one: From) => To,
): AsyncGenerator<To[]> {
  for await (const page of pages) yield page.map(view);
}
