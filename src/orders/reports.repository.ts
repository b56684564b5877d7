import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { OrderStatus } from './order-status.js';

export interface StatusOfToday {
  status: OrderStatus;
  orders: number;
  owedMinor: number;
  units: number;
}

@Injectable()
export class ReportsRepository {
  constructor(private readonly database: Database) {}

  /** Orders placed since midnight UTC by the database's clock, by status. */
  today(currency: string): Promise<StatusOfToday[]> {
    return this.database.rows<StatusOfToday>(
      `select status, count(*)::int as orders, sum(owed_minor)::bigint as "owedMinor",
         sum(unit_count - canceled_unit_count)::bigint as units
       from orders."order"
       where placed_at >= date_trunc('day', now(), 'UTC') and currency = $1
       group by status`,
      [currency],
    );
  }

  async day(): Promise<string> {
    return (await this.database.now()).toISOString().slice(0, 10);
  }
}
