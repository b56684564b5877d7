import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { Owner } from '../platform/auth/principal.js';
import { Database } from '../platform/database/database.js';
import { OrderLine } from './order-line.entity.js';
import { AttentionReason, unknownForLongSeconds } from './order-status.js';
import { Order } from './order.entity.js';
import { ownedBy } from './orders.repository.js';
import { mostLinesInView, OrderListQuery } from './orders.schemas.js';

/** An order as staff see it, with the reasons for which a person should look at it. */
export interface SeenOrder {
  order: Order;
  attention: AttentionReason[];
}

/** What a list is narrowed down to; `number` and `email` are as stored and as typed. */
export interface OrderFilter extends Omit<OrderListQuery, 'cursor' | 'needsAttention'> {
  needsAttention?: boolean;
  email?: string;
  /** The last order of the page before. */
  after?: { placedAt: string; id: string };
}

const isUnknownForLong = `o.payment_unknown_since <= now() - interval '${unknownForLongSeconds} seconds'`;

// What is stored as needs_attention by the migration, word for word, and what only the passing of time brings.
const attention = `array_remove(array[
  case when o.status in ('confirmed', 'completed') and o.kept_minor < o.owed_minor then 'amount-due' end,
  case when o.status in ('canceled', 'expired') and o.kept_minor > 0 and o.payment_status <> 'refunded' then 'money-to-return' end,
  case when o.has_delivery_trouble then 'delivery-trouble' end,
  case when ${isUnknownForLong} then 'payment-unknown' end], null)`;

// The first line is what the partial index holds.
const needsAttention = `(o.needs_attention or o.payment_unknown_since is not null)
  and (o.needs_attention or ${isUnknownForLong})`;

/** What people look at; the number of statements does not grow with what they see. */
@Injectable()
export class OrderListsRepository {
  constructor(private readonly database: Database) {}

  /** With its lines where a view shows them. */
  async find(id: string, owner: Owner): Promise<SeenOrder | undefined> {
    const [seen] = await this.seen(ownedBy(this.orders().where('o.id = :id', { id }), owner));
    if (!seen) return undefined;
    const { order } = seen;
    order.lines = order.lineCount > mostLinesInView ? [] : await this.lines(id, 0, mostLinesInView);
    return seen;
  }

  async isVisible(id: string, owner: Owner): Promise<boolean> {
    return ownedBy(this.orders().where('o.id = :id', { id }), owner).getExists();
  }

  /** Both must match, and neither tells whether the other would. */
  async findByNumberAndEmail(number: string, email: string): Promise<Order | null> {
    return this.orders()
      .where('o.number = :number and lower(o.email) = lower(:email)', { number, email })
      .getOne();
  }

  /** Newest first; one more than asked for where there are more. */
  async list(filter: OrderFilter, owner: Owner): Promise<SeenOrder[]> {
    const query = ownedBy(this.orders().where('true'), owner);
    for (const column of ['status', 'paymentStatus', 'deliveryStatus', 'customerId', 'number'] as const) {
      if (filter[column] !== undefined)
        query.andWhere(`o.${column} = :${column}`, { [column]: filter[column] });
    }
    const { email, placedFrom, placedTo, after } = filter;
    if (email !== undefined) query.andWhere('lower(o.email) = lower(:email)', { email });
    if (placedFrom !== undefined) query.andWhere('o.placedAt >= :placedFrom', { placedFrom });
    if (placedTo !== undefined) query.andWhere('o.placedAt < :placedTo', { placedTo });
    if (filter.needsAttention !== undefined)
      query.andWhere(filter.needsAttention ? needsAttention : `not coalesce(${needsAttention}, false)`);
    if (after)
      query.andWhere('(o.placedAt, o.id) < (:placedAt, :afterId)', {
        placedAt: after.placedAt,
        afterId: after.id,
      });
    return this.seen(
      query
        .orderBy('o.placedAt', 'DESC')
        .addOrderBy('o.id', 'DESC')
        .limit(filter.limit + 1),
    );
  }

  async lines(orderId: string, afterPosition: number, limit: number): Promise<OrderLine[]> {
    return this.database.manager
      .createQueryBuilder(OrderLine, 'l')
      .where('l.orderId = :orderId and l.position > :afterPosition', { orderId, afterPosition })
      .orderBy('l.position')
      .limit(limit)
      .getMany();
  }

  private orders(): SelectQueryBuilder<Order> {
    return this.database.manager.createQueryBuilder(Order, 'o');
  }

  private async seen(query: SelectQueryBuilder<Order>): Promise<SeenOrder[]> {
    const { entities, raw } = await query
      .addSelect(attention, 'attention')
      .getRawAndEntities<{ attention: AttentionReason[] }>();
    return entities.map((order, index) => ({ order, attention: raw[index]?.attention ?? [] }));
  }
}
