import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { WebhookDeliveryListQuery, WebhookDeliveryView } from './outgoing-webhooks.schemas.js';
import type { WebhookDeliveryStatus } from './webhook-delivery-status.js';

/** Of one delivery; more than ten come of redelivery alone. */
const attemptsShown = 20;

/** With its latest tries as JSON, so that a list costs one statement whatever it shows. */
const viewOf = `
  jsonb_build_object('id', d.id, 'endpointId', d.endpoint_id, 'eventId', d.event_id, 'type', d.type, 'key', d.key,
    'status', d.status, 'tries', d.tries, 'nextTryAt', d.next_try_at, 'createdAt', d.created_at, 'finishedAt', d.finished_at,
    'attempts', (select coalesce(jsonb_agg(jsonb_build_object('number', a.number, 'result', a.result, 'status', a.status,
      'durationMs', a.duration_ms, 'attemptedAt', a.attempted_at) order by a.number desc), '[]')
      from webhooks.attempt a where a.delivery_id = d.id and a.number > d.attempts - ${attemptsShown}))`;

export interface DeliveryState {
  endpointId: string;
  key: string;
  status: WebhookDeliveryStatus;
}

/** What staff see of deliveries and decide about them; the sending is in webhook-lanes.repository.ts. */
@Injectable()
export class WebhookDeliveriesRepository {
  constructor(private readonly database: Database) {}

  async one(id: string): Promise<WebhookDeliveryView | undefined> {
    const row = await this.database.row<{ view: WebhookDeliveryView }>(
      `select ${viewOf} as view from webhooks.delivery d where d.id = $1 and ${isOfLiveEndpoint}`,
      [id],
    );
    return row?.view;
  }

  /** Newest first, one row more than `limit` where there is a next page. */
  list(
    endpointId: string,
    query: WebhookDeliveryListQuery,
    beforePosition?: number,
  ): Promise<{ position: number; view: WebhookDeliveryView }[]> {
    const parameters: unknown[] = [endpointId];
    const bind = (value: unknown): string => `$${parameters.push(value)}`;
    const conditions = ['d.endpoint_id = $1'];
    if (query.status !== undefined) conditions.push(`d.status = ${bind(query.status)}`);
    if (query.key !== undefined) conditions.push(`d.key = ${bind(query.key)}`);
    if (beforePosition !== undefined) conditions.push(`d.position < ${bind(beforePosition)}`);
    return this.database.rows(
      `select d.position, ${viewOf} as view from webhooks.delivery d where ${conditions.join(' and ')}
       order by d.position desc limit ${bind(query.limit + 1)}`,
      parameters,
    );
  }

  /** Which lane it is in, without a lock: that never changes. */
  async find(id: string): Promise<DeliveryState | undefined> {
    return this.database.row(
      `select d.endpoint_id as "endpointId", d.key, d.status from webhooks.delivery d where d.id = $1 and ${isOfLiveEndpoint}`,
      [id],
    );
  }

  async lock(id: string): Promise<DeliveryState | undefined> {
    return this.database.row(
      `select d.endpoint_id as "endpointId", d.key, d.status from webhooks.delivery d where d.id = $1 for no key update`,
      [id],
    );
  }

  /** Back to its old place in the lane, with all its tries and its time before it. */
  async redeliver(id: string): Promise<void> {
    await this.database.rows(
      `update webhooks.delivery set status = 'pending', tries = 0, next_try_at = now(), pending_since = now(), finished_at = null
       where id = $1`,
      [id],
    );
  }

  async skip(id: string): Promise<void> {
    await this.database.rows(
      `update webhooks.delivery set status = 'skipped', next_try_at = null, finished_at = now() where id = $1`,
      [id],
    );
  }

  async backlog(): Promise<{ count: number; oldestSeconds: number }> {
    const row = await this.database.row<{ count: number; oldestSeconds: number }>(
      `select count(*) as count, coalesce(extract(epoch from now() - min(d.created_at)), 0)::float8 as "oldestSeconds"
       from webhooks.delivery d join webhooks.endpoint e on e.id = d.endpoint_id
       where d.status = 'pending' and e.status = 'enabled' and e.deleted_at is null`,
    );
    return row ?? { count: 0, oldestSeconds: 0 };
  }

  /** Finished ones that are old, and whatever is of an endpoint that was deleted. */
  async forget(retentionDays: number, limit: number): Promise<number> {
    const rows = await this.database.rows(
      `with forgotten as (
         (select id from webhooks.delivery where status <> 'pending' and finished_at < now() - make_interval(days => $1) limit $2)
         union
         (select d.id from webhooks.endpoint e join webhooks.delivery d on d.endpoint_id = e.id where e.deleted_at is not null limit $2)
       )
       delete from webhooks.delivery where id in (select id from forgotten) returning id`,
      [retentionDays, limit],
    );
    return rows.length;
  }
}

const isOfLiveEndpoint =
  'exists (select from webhooks.endpoint e where e.id = d.endpoint_id and e.deleted_at is null)';
