import { Injectable } from '@nestjs/common';
import type { Owner } from '../platform/auth/principal.js';
import { Database } from '../platform/database/database.js';
import type { CartLine } from './cart-line.js';
import type { CartListQuery } from './carts.schemas.js';
import type { CartStatus } from './cart-status.js';

export interface CartRow {
  id: string;
  version: number;
  status: CartStatus;
  currency: string;
  customerId: string | null;
  orderId: string | null;
  mergedInto: string | null;
  lineCount: number;
  createdAt: Date;
  updatedAt: Date;
  /** `updatedAt` to the microsecond, which a Date would cut. */
  sortValue: string;
}

/** Lists of carts and of one cart's lines. */
@Injectable()
export class CartViewsRepository {
  constructor(private readonly database: Database) {}

  /** Latest change first; one row more than `limit` where there is a next page. */
  list(query: CartListQuery, after?: { updatedAt: string; id: string }): Promise<CartRow[]> {
    const parameters: unknown[] = [];
    const bind = (value: unknown): string => `$${parameters.push(value)}`;
    const conditions = ['true'];
    if (query.status !== undefined) conditions.push(`c.status = ${bind(query.status)}`);
    if (query.customerId !== undefined) conditions.push(`c.customer_id = ${bind(query.customerId)}`);
    if (query.updatedFrom !== undefined) conditions.push(`c.updated_at >= ${bind(query.updatedFrom)}`);
    if (query.updatedTo !== undefined) conditions.push(`c.updated_at < ${bind(query.updatedTo)}`);
    if (after)
      conditions.push(
        `(c.updated_at, c.id) < (${bind(after.updatedAt)}::timestamptz, ${bind(after.id)}::uuid)`,
      );
    return this.database.rows<CartRow>(
      `select c.id, c.version, c.status, c.currency, c.customer_id as "customerId", c.order_id as "orderId",
         c.merged_into as "mergedInto", c.line_count as "lineCount", c.created_at as "createdAt", c.updated_at as "updatedAt",
         c.updated_at::text as "sortValue"
       from carts.cart c where ${conditions.join(' and ')}
       order by c.updated_at desc, c.id desc limit ${bind(query.limit + 1)}`,
      parameters,
    );
  }

  /** The cart's currency and a page of its lines, one more than `limit` where there is a next; nothing where the cart is not the owner's. */
  async linesOf(
    cartId: string,
    owner: Owner,
    limit: number,
    afterLineId?: string,
  ): Promise<{ currency: string; lines: CartLine[] } | undefined> {
    const { condition, parameters } = ownedBy(owner, 4);
    return this.database.row<{ currency: string; lines: CartLine[] }>(
      `select c.currency, (
         select coalesce(jsonb_agg(jsonb_build_object('lineId', p.line_id, 'sku', p.sku, 'quantity', p.quantity,
           'unitPriceMinor', p.unit_price_minor) order by p.line_id), '[]')
         from (select * from carts.line l where l.cart_id = c.id and ($2::uuid is null or l.line_id > $2)
           order by l.line_id limit $3) p
       ) as lines
       from carts.cart c where c.id = $1 and ${condition}`,
      [cartId, afterLineId ?? null, limit + 1, ...parameters],
    );
  }
}

/** The owner as a condition on `c`, its parameters numbered from `from`. */
function ownedBy(owner: Owner, from: number): { condition: string; parameters: unknown[] } {
  switch (owner.kind) {
    case 'any':
      return { condition: 'true', parameters: [] };
    case 'guest':
      return { condition: `c.id = $${from} and c.customer_id is null`, parameters: [owner.cartId ?? null] };
    case 'customer':
      return { condition: `c.customer_id = $${from}`, parameters: [owner.customerId] };
  }
}
