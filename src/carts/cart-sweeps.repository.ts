import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { CartStatus, statusesBefore } from './cart-status.js';
import type { CartSnapshot } from './carts.events.js';

/** Set-based moves of carts that rest; one statement per batch. */
@Injectable()
export class CartSweepsRepository {
  constructor(private readonly database: Database) {}

  abandon(restingSeconds: number, limit: number): Promise<CartSnapshot[]> {
    return this.moveResting('abandoned', restingSeconds, limit);
  }

  expire(restingSeconds: number, limit: number): Promise<CartSnapshot[]> {
    return this.moveResting('expired', restingSeconds, limit);
  }

  /** The statuses stand in the text, not in a parameter, so that the partial indexes fit; a cart in use is skipped. */
  private moveResting(to: CartStatus, restingSeconds: number, limit: number): Promise<CartSnapshot[]> {
    const from = statusesBefore(to)
      .map((status) => `'${status}'`)
      .join(', ');
    return this.database.rows<CartSnapshot>(
      `update carts.cart c set status = '${to}', version = c.version + 1, updated_at = clock_timestamp()
       from (
         select id from carts.cart
         where status in (${from}) and active_at < now() - $1 * interval '1 second'
         order by active_at limit $2 for no key update skip locked
       ) as resting
       where c.id = resting.id
       returning c.id as "cartId", c.version, c.status, c.currency, c.line_count as "lineCount"`,
      [restingSeconds, limit],
    );
  }
}
