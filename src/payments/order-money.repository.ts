import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';

/** After so many rounds without an end a person must look. */
const mostTries = 10;

/** How much of an order's money is to be kept, where somebody has said so. */
@Injectable()
export class OrderMoneyRepository {
  constructor(private readonly database: Database) {}

  async keep(orderId: string, keepMinor: number): Promise<void> {
    await this.database.rows(
      `insert into payments.order_money as money (order_id, keep_minor, due_at) values ($1, $2, now())
       on conflict (order_id) do update set keep_minor = excluded.keep_minor, due_at = now(), tries = 0, needs_person = false`,
      [orderId, keepMinor],
    );
  }

  async keepMinor(orderId: string): Promise<number | undefined> {
    const row = await this.database.row<{ keepMinor: number }>(
      'select keep_minor as "keepMinor" from payments.order_money where order_id = $1',
      [orderId],
    );
    return row?.keepMinor;
  }

  /** Under the row's lock, which is taken after those of the payments; undefined where nothing is due any more. */
  async lockDue(orderId: string): Promise<number | undefined> {
    const row = await this.database.row<{ keepMinor: number }>(
      'select keep_minor as "keepMinor" from payments.order_money where order_id = $1 and due_at <= now() for update',
      [orderId],
    );
    return row?.keepMinor;
  }

  async due(limit: number): Promise<string[]> {
    const rows = await this.database.rows<{ orderId: string }>(
      'select order_id as "orderId" from payments.order_money where due_at <= now() order by due_at limit $1',
      [limit],
    );
    return rows.map((row) => row.orderId);
  }

  /** Nothing is due until the next news; a round that put something on its way and is followed by others without an end is a person's: answers whether it is. */
  async rest(
    orderId: string,
    { hasBegun, isWaiting }: { hasBegun: boolean; isWaiting: boolean },
  ): Promise<boolean> {
    const row = await this.database.row<{ needsPerson: boolean }>(
      `update payments.order_money
       set due_at = null, tries = case when $2 then tries + 1 when $3 then tries else 0 end, needs_person = $2 and tries + 1 >= $4
       where order_id = $1 returning needs_person as "needsPerson"`,
      [orderId, hasBegun && isWaiting, isWaiting, mostTries],
    );
    return row?.needsPerson ?? false;
  }
}
