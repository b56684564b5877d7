import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { Owner } from '../platform/auth/principal.js';
import { Database } from '../platform/database/database.js';
import { OrderLine } from './order-line.entity.js';
import { Order } from './order.entity.js';
import { placeOrder, saveOrder } from './order-writing.js';

/** An order under its lock, and what the database's clock says. */
export interface LockedOrder {
  order: Order;
  now: Date;
}

/** Every write of this room; only `OrderJournal` places and saves, so that no change goes untold. */
@Injectable()
export class OrdersRepository {
  constructor(private readonly database: Database) {}

  now(): Promise<Date> {
    return this.database.now();
  }

  /** The order with its lines, held until the transaction ends. */
  async lock(id: string, owner: Owner = { kind: 'any' }): Promise<LockedOrder | undefined> {
    return this.locked(this.orders(id, owner).setLock('for_no_key_update'));
  }

  /** As `lock`, but does not wait: undefined where somebody else holds it. */
  async lockFree(id: string): Promise<LockedOrder | undefined> {
    return this.locked(
      this.orders(id, { kind: 'any' }).setLock('for_no_key_update').setOnLocked('skip_locked'),
    );
  }

  /** Answers false where another order has the number. */
  async place(order: Order, actor: string): Promise<boolean> {
    return (await this.database.rows(placeOrder, this.asParameters(order, actor))).length === 1;
  }

  async save(order: Order, actor: string): Promise<void> {
    await this.database.rows(saveOrder, this.asParameters(order, actor));
  }

  /** Pending orders whose time to be paid is over, the oldest first; those that wait for a payment under way when it is their turn. */
  async overdue(limit: number): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(
      `select id from orders."order" where status = 'pending' and expires_at <= now()
         and (expiry_waits_until is null or expiry_waits_until <= now())
       order by expires_at limit $1`,
      [limit],
    );
    return rows.map((row) => row.id);
  }

  async waitWithExpiry(id: string, seconds: number): Promise<void> {
    await this.database.rows(
      'update orders."order" set expiry_waits_until = now() + make_interval(secs => $2) where id = $1',
      [id, seconds],
    );
  }

  private orders(id: string, owner: Owner): SelectQueryBuilder<Order> {
    const query = this.database.manager
      .createQueryBuilder(Order, 'o')
      .addSelect('now()', 'now')
      .where('o.id = :id', { id });
    return ownedBy(query, owner);
  }

  /** The lines by a statement of their own: after a wait for the lock only a new snapshot sees what its holder wrote. */
  private async locked(query: SelectQueryBuilder<Order>): Promise<LockedOrder | undefined> {
    const { entities, raw } = await query.getRawAndEntities<{ now: Date }>();
    const [order] = entities;
    const now = raw[0]?.now;
    if (!order || !now) return undefined;
    order.lines = await this.database.manager.find(OrderLine, {
      where: { orderId: order.id },
      order: { position: 'asc' },
    });
    return { order, now };
  }

  private asParameters({ lines, news, ...order }: Order, actor: string): unknown[] {
    const transitions = news.map(({ type, payload }) => ({ ...payload, type }));
    return [JSON.stringify(order), JSON.stringify(lines), JSON.stringify(transitions), actor];
  }
}

/** Ownership is in the query, so that a foreign order is as absent as one that never was. */
export function ownedBy(query: SelectQueryBuilder<Order>, owner: Owner): SelectQueryBuilder<Order> {
  switch (owner.kind) {
    case 'any':
      return query;
    case 'guest':
      return owner.orderId
        ? query.andWhere('o.id = :ownOrderId', { ownOrderId: owner.orderId })
        : query.andWhere('false');
    case 'customer':
      return query.andWhere('o.customerId = :ownCustomerId', { ownCustomerId: owner.customerId });
  }
}
