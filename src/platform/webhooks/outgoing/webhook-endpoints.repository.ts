import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { WebhookEndpointView } from './outgoing-webhooks.schemas.js';
import { type DisabledReason, WebhookEndpoint } from './webhook-endpoint.entity.js';
import { isInUse } from './webhook-secrets.repository.js';

/** As JSON, so that a list costs one statement whatever it shows. */
const viewOf = `
  jsonb_build_object('id', e.id, 'url', e.url, 'description', e.description, 'types', e.types, 'status', e.status,
    'disabledReason', e.disabled_reason, 'version', e.version, 'createdAt', e.created_at, 'changedAt', e.changed_at,
    'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'createdAt', s.created_at, 'retiresAt', s.retires_at)
      order by s.created_at desc, s.id desc), '[]') from webhooks.endpoint_secret s where s.endpoint_id = e.id and ${isInUse}))`;

@Injectable()
export class WebhookEndpointsRepository {
  constructor(private readonly database: Database) {}

  now(): Promise<Date> {
    return this.database.now();
  }

  async lock(id: string): Promise<WebhookEndpoint | undefined> {
    const found = await this.database.manager
      .createQueryBuilder(WebhookEndpoint, 'e')
      .where('e.id = :id and e.deletedAt is null', { id })
      .setLock('for_no_key_update')
      .getOne();
    return found ?? undefined;
  }

  async insert(endpoint: WebhookEndpoint): Promise<void> {
    await this.database.manager.insert(WebhookEndpoint, endpoint);
  }

  async save(endpoint: WebhookEndpoint): Promise<void> {
    await this.database.manager.update(WebhookEndpoint, { id: endpoint.id }, endpoint);
  }

  /** Nobody is at the url any more; false where staff, who may have given it a new one, or another answer came first. */
  disableGone(id: string, url: string): Promise<boolean> {
    return this.disable(id, url, 'gone');
  }

  /** Nothing was taken there for days; false where it is not that long yet, or staff or another try came first. */
  disableFailing(id: string, url: string, days: number): Promise<boolean> {
    return this.disable(id, url, 'failing', days);
  }

  async markFailing(id: string, url: string): Promise<void> {
    await this.database.rows(
      `update webhooks.endpoint set failing_since = now()
       where id = $1 and url = $2 and status = 'enabled' and failing_since is null`,
      [id, url],
    );
  }

  async markWell(id: string, url: string): Promise<void> {
    await this.database.rows(
      'update webhooks.endpoint set failing_since = null where id = $1 and url = $2 and failing_since is not null',
      [id, url],
    );
  }

  async one(id: string): Promise<WebhookEndpointView | undefined> {
    const row = await this.database.row<{ view: WebhookEndpointView }>(
      `select ${viewOf} as view from webhooks.endpoint e where e.id = $1 and e.deleted_at is null`,
      [id],
    );
    return row?.view;
  }

  /** One row more than `limit` where there is a next page. */
  async list(limit: number, afterId?: string): Promise<WebhookEndpointView[]> {
    const rows = await this.database.rows<{ view: WebhookEndpointView }>(
      `select ${viewOf} as view from webhooks.endpoint e
       where e.deleted_at is null and ($2::uuid is null or e.id > $2) order by e.id limit $1`,
      [limit + 1, afterId ?? null],
    );
    return rows.map((row) => row.view);
  }

  /** Endpoints that were deleted a day ago, once nothing of them is left; a feed that saw one before is long done. */
  async forgetDeleted(): Promise<number> {
    const rows = await this.database.rows(
      `delete from webhooks.endpoint e where e.deleted_at < now() - interval '1 day'
         and not exists (select from webhooks.delivery d where d.endpoint_id = e.id) returning id`,
    );
    return rows.length;
  }

  /** @param failedDays how long it must have failed, where that matters */
  private async disable(
    id: string,
    url: string,
    reason: DisabledReason,
    failedDays?: number,
  ): Promise<boolean> {
    const row = await this.database.row(
      `update webhooks.endpoint set status = 'disabled', disabled_reason = $3, version = version + 1, changed_at = now()
       where id = $1 and url = $2 and status = 'enabled'
         and ($4::int is null or failing_since <= now() - make_interval(days => $4)) returning id`,
      [id, url, reason, failedDays ?? null],
    );
    return row !== undefined;
  }
}
