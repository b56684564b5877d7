import { Injectable } from '@nestjs/common';
import type { Owner } from '../platform/auth/principal.js';
import { Database } from '../platform/database/database.js';
import { ownedBy } from './deliveries.repository.js';
import type { DeliveryListQuery, DeliveryView } from './deliveries.schemas.js';
import { endedStatuses, troubledStatuses } from './delivery-status.js';

export interface LineProgress {
  orderLineId: string;
  shipped: number;
  delivered: number;
  returned: number;
}

/** One parcel with its lines, scans and estimates as JSON, so that a list costs one statement whatever it shows. */
const viewOf = `
  jsonb_build_object(
    'id', d.id, 'orderId', d.order_id, 'version', d.version, 'status', d.status, 'address', d.address,
    'carrier', d.carrier, 'trackingNumber', d.tracking_number, 'openedAt', d.opened_at, 'packedAt', d.packed_at,
    'shippedAt', d.shipped_at, 'endedAt', d.ended_at, 'estimatedFrom', d.estimated_from, 'estimatedTo', d.estimated_to,
    'lineCount', (select count(*) from deliveries.line l where l.delivery_id = d.id),
    'lines', (select coalesce(jsonb_agg(jsonb_build_object('orderLineId', l.order_line_id, 'sku', l.sku, 'name', l.name,
        'quantity', l.quantity) order by l.order_line_id), '[]') from deliveries.line l where l.delivery_id = d.id),
    'tracking', (select coalesce(jsonb_agg(jsonb_build_object('status', t.status, 'rawStatus', t.raw_status,
        'description', t.description, 'place', t.place, 'hasMoved', t.has_moved, 'scannedAt', t.scanned_at)
        order by t.scanned_at, t.recorded_at), '[]') from deliveries.tracking_event t where t.delivery_id = d.id),
    'estimateRevisions', (select coalesce(jsonb_agg(jsonb_build_object('estimatedFrom', e.estimated_from,
        'estimatedTo', e.estimated_to, 'revisedAt', e.revised_at) order by e.version), '[]')
        from deliveries.estimate e where e.delivery_id = d.id))`;

@Injectable()
export class DeliveryViewsRepository {
  constructor(private readonly database: Database) {}

  async one(id: string, owner: Owner): Promise<DeliveryView | undefined> {
    const { condition, parameters } = ownedBy(owner, 2);
    const sql = `select ${viewOf} as view from deliveries.delivery d where d.id = $1 and ${condition}`;
    return (await this.database.row<{ view: DeliveryView }>(sql, [id, ...parameters]))?.view;
  }

  async ofOrder(orderId: string): Promise<DeliveryView[]> {
    const sql = `select ${viewOf} as view from deliveries.delivery d where d.order_id = $1 order by d.id`;
    return (await this.database.rows<{ view: DeliveryView }>(sql, [orderId])).map((row) => row.view);
  }

  async list(query: DeliveryListQuery, afterId: string | undefined, owner: Owner): Promise<DeliveryView[]> {
    const owned = ownedBy(owner, 6);
    const rows = await this.database.rows<{ view: DeliveryView }>(
      `select ${viewOf} as view from deliveries.delivery d
       where ($1::uuid is null or d.order_id = $1) and ($2::text is null or d.status = $2)
         and ($3::text is null or d.carrier = $3) and ($4::uuid is null or d.id > $4) and ${owned.condition}
       order by d.id limit $5`,
      [
        query.orderId ?? null,
        query.status ?? null,
        query.carrier ?? null,
        afterId ?? null,
        query.limit + 1,
        ...owned.parameters,
      ],
    );
    return rows.map((row) => row.view);
  }

  lineProgress(orderId: string): Promise<LineProgress[]> {
    return this.database.rows<LineProgress>(
      `select l.order_line_id as "orderLineId",
         coalesce(sum(l.quantity) filter (where d.shipped_at is not null), 0)::int as shipped,
         coalesce(sum(l.quantity) filter (where d.status = 'delivered'), 0)::int as delivered,
         coalesce(sum(l.quantity) filter (where d.status = 'returned'), 0)::int as returned
       from deliveries.delivery d join deliveries.line l on l.delivery_id = d.id
       where d.order_id = $1 group by l.order_line_id order by l.order_line_id`,
      [orderId],
    );
  }

  async outlook(orderId: string): Promise<{ isAnythingLeft: boolean; isTroubled: boolean }> {
    const row = await this.database.row<{ isAnythingLeft: boolean; isTroubled: boolean }>(
      `select coalesce(bool_or(not status = any($2)), false) as "isAnythingLeft",
         coalesce(bool_or(status = any($3)), false) as "isTroubled"
       from deliveries.delivery where order_id = $1`,
      [orderId, endedStatuses, troubledStatuses],
    );
    return row ?? { isAnythingLeft: false, isTroubled: false };
  }
}
