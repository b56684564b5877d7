import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DeliveriesService } from '../deliveries/index.js';
import type { Owner, Principal } from '../platform/auth/index.js';
import { Answer, Cursor, ok } from '../platform/http/index.js';
import { OrderFilter, OrderListsRepository, SeenOrder } from './order-lists.repository.js';
import { readOrderNumber } from './order-number.js';
import { summaryView } from './order-views.js';
import { OrderNotFound } from './orders.errors.js';
import type {
  LookupRequest,
  OrderListQuery,
  OrderSummaryView,
  SearchRequest,
  TrackedOrderView,
} from './orders.schemas.js';

interface SummaryPage {
  items: OrderSummaryView[];
  nextCursor?: string;
}

const lastSeen = z.tuple([z.iso.datetime(), z.uuid()]);

/** Finding orders: lists for their owners and for staff, and by what a guest remembers. */
@Injectable()
export class OrderLookup {
  constructor(
    private readonly orders: OrderListsRepository,
    private readonly deliveries: DeliveriesService,
  ) {}

  async list(
    { cursor, number, needsAttention, ...filter }: OrderListQuery,
    owner: Owner,
    reader: Principal,
  ): Promise<SummaryPage> {
    const wantsAttention = needsAttention === undefined ? undefined : needsAttention === 'true';
    return this.page(
      { ...filter, needsAttention: wantsAttention },
      { cursor, number },
      owner,
      reader.kind !== 'customer',
    );
  }

  /** By what a shopper names on the telephone. */
  async search({ limit, cursor, number, email }: SearchRequest): Promise<Answer> {
    return ok(await this.page({ limit, email }, { cursor, number }, { kind: 'any' }, true));
  }

  /** For guests who lost their way back; a wrong number and a wrong email are the same 404, and no secret is given. */
  async track({ number, email }: LookupRequest): Promise<Answer> {
    const stored = readOrderNumber(number);
    const order = stored ? await this.orders.findByNumberAndEmail(stored, email) : null;
    if (!order) throw new OrderNotFound();
    const { customerId: _, ...summary } = summaryView(order);
    const parcels = (await this.deliveries.ofOrder(order.id)).map(
      ({ status, carrier, trackingNumber, trackingUrl }) => ({
        ...{ status, carrier, trackingNumber },
        ...(trackingUrl ? { trackingUrl } : {}),
      }),
    );
    return ok({ ...summary, parcels } satisfies TrackedOrderView);
  }

  private async page(
    filter: Omit<OrderFilter, 'number' | 'after'>,
    { cursor, number }: { cursor?: string; number?: string },
    owner: Owner,
    showsAttention: boolean,
  ): Promise<SummaryPage> {
    const stored = number === undefined ? undefined : readOrderNumber(number);
    if (number !== undefined && stored === undefined) return { items: [] };
    const after = cursor ? Cursor.decode(cursor, lastSeen) : undefined;
    const position = after && { placedAt: after[0], id: after[1] };
    const found = await this.orders.list({ ...filter, number: stored, after: position }, owner);
    const shown = found.slice(0, filter.limit);
    const items = shown.map((seen) => summaryOf(seen, showsAttention));
    const last = shown.at(-1)?.order;
    if (found.length <= filter.limit || !last) return { items };
    return { items, nextCursor: Cursor.encode([last.placedAt.toISOString(), last.id]) };
  }
}

const summaryOf = ({ order, attention }: SeenOrder, showsAttention: boolean): OrderSummaryView =>
  summaryView(order, showsAttention ? attention : undefined);
