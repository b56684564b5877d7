import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DeliveriesService } from '../deliveries/index.js';
import { PaymentsService } from '../payments/index.js';
import { isShopper, type Owner, type Principal } from '../platform/auth/index.js';
import { grantOf } from '../platform/auth/grants.js';
import { Answer, Cursor, ok } from '../platform/http/index.js';
import { OrderListsRepository } from './order-lists.repository.js';
import { lineView, orderEtag, OrderParts, orderView } from './order-views.js';
import { OrderNotFound } from './orders.errors.js';
import type { OrderLineView, PageQuery, TimelineEntryView } from './orders.schemas.js';
import { TimelineRepository, TimelineRow } from './timeline.repository.js';

interface Page<Item> {
  items: Item[];
  nextCursor?: string;
}

const position = z.tuple([
  z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
]);

/** One order, in full. */
@Injectable()
export class OrderReader {
  constructor(
    private readonly orders: OrderListsRepository,
    private readonly timelines: TimelineRepository,
    private readonly payments: PaymentsService,
    private readonly deliveries: DeliveriesService,
  ) {}

  async show(id: string, owner: Owner, reader: Principal): Promise<Answer> {
    const seen = await this.orders.find(id, owner);
    if (!seen) throw new OrderNotFound();
    const mayReadPayments = grantOf({ permission: 'payments:read', own: true }, reader) !== undefined;
    const parts: OrderParts = {
      payments: mayReadPayments ? await this.payments.ofOrder(id) : undefined,
      deliveries: await this.deliveries.ofOrder(id),
      attention: isShopper(reader) ? undefined : seen.attention,
    };
    return ok(orderView(seen.order, parts), { etag: orderEtag(seen.order, parts) });
  }

  async lines(id: string, owner: Owner, query: PageQuery): Promise<Page<OrderLineView>> {
    await this.refuseUnlessVisible(id, owner);
    const found = await this.orders.lines(id, positionOf(query), query.limit + 1);
    return pageOf(found, query, (line) => line.position, lineView);
  }

  /** Who did it is for those who may see actors; why, for those who work here: a suspicion of fraud is no shopper's to read. */
  async timeline(
    id: string,
    owner: Owner,
    reader: Principal,
    query: PageQuery,
  ): Promise<Page<TimelineEntryView>> {
    await this.refuseUnlessVisible(id, owner);
    const showsActors = grantOf({ permission: 'orders:timeline', own: false }, reader) !== undefined;
    const found = await this.timelines.page(id, positionOf(query), query.limit + 1);
    return pageOf(
      found,
      query,
      (row) => row.version,
      (row) => entryView(row, { actor: showsActors, reason: !isShopper(reader) }),
    );
  }

  private async refuseUnlessVisible(id: string, owner: Owner): Promise<void> {
    if (!(await this.orders.isVisible(id, owner))) throw new OrderNotFound();
  }
}

const positionOf = ({ cursor }: PageQuery): number => (cursor ? Cursor.decode(cursor, position)[0] : 0);

function pageOf<Row, Item>(
  found: Row[],
  { limit }: PageQuery,
  key: (row: Row) => number,
  view: (row: Row) => Item,
): Page<Item> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const items = rows.map(view);
  return found.length > limit && last ? { items, nextCursor: Cursor.encode([key(last)]) } : { items };
}

function entryView(
  { reason, lines, actor, at, ...row }: TimelineRow,
  shows: { actor: boolean; reason: boolean },
): TimelineEntryView {
  return {
    ...row,
    ...(shows.reason && reason !== null ? { reason } : {}),
    ...(lines === null ? {} : { lines }),
    ...(shows.actor ? { actor } : {}),
    at: at.toISOString(),
  };
}
