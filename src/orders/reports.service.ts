import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { OrderStatus, orderStatuses } from './order-status.js';
import type { TodayReportView } from './orders.schemas.js';
import { ReportsRepository, StatusOfToday } from './reports.repository.js';

const countsAsSold: readonly OrderStatus[] = ['confirmed', 'completed'];

@Injectable()
export class ReportsService {
  constructor(
    private readonly reports: ReportsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What was placed since midnight UTC; revenue and units are of what is confirmed and not canceled. */
  async today(): Promise<TodayReportView> {
    const currency = this.config.SHOP_CURRENCY;
    const day = await this.reports.day();
    const found = await this.reports.today(currency);
    const sold = found.filter(({ status }) => countsAsSold.includes(status));
    const sum = (rows: StatusOfToday[], of: 'orders' | 'owedMinor' | 'units') =>
      rows.reduce((all, row) => all + row[of], 0);
    const ordersOf = (status: OrderStatus) => found.find((row) => row.status === status)?.orders ?? 0;
    const byStatus = orderStatuses.map((status) => ({ status, orders: ordersOf(status) }));
    return {
      day,
      currency,
      orders: sum(found, 'orders'),
      revenueMinor: sum(sold, 'owedMinor'),
      units: sum(sold, 'units'),
      byStatus,
    };
  }
}
