import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { columnsOf, endOf, type LaneName } from './webhook-lanes.repository.js';

/** Of lanes that have more, the rest is given up by the next look. */
const expiredAtOnce = 1000;

/** What is too old to be sent. */
@Injectable()
export class WebhookExpiryRepository {
  constructor(private readonly database: Database) {}

  /** Locks lanes in which something is too old and which nobody has leased: what is under way is left to whoever sends it. */
  lockLanes(longestSeconds: number, limit: number): Promise<LaneName[]> {
    return this.database.rows(
      `select lane.endpoint_id as "endpointId", lane.key from webhooks.lane
       where (lane.endpoint_id, lane.key) in (
         select old.endpoint_id, old.key from webhooks.endpoint e
         cross join lateral (
           select d.endpoint_id, d.key from webhooks.delivery d
           join webhooks.lane on lane.endpoint_id = d.endpoint_id and lane.key = d.key and ${isFree}
           where d.endpoint_id = e.id and d.status = 'pending' and d.pending_since < now() - make_interval(secs => $1)
           order by d.pending_since limit $2
         ) old
         where e.status = 'enabled' and e.deleted_at is null and e.enabled_at < now() - make_interval(secs => $1)
         limit $2
       ) and ${isFree}
       order by lane.endpoint_id, lane.key for no key update skip locked`,
      [longestSeconds, limit],
    );
  }

  /** Gives up what is too old in lanes that are locked, and says so in the log; answers how many. */
  async expire(lanes: readonly LaneName[], longestSeconds: number): Promise<number> {
    const rows = await this.database.rows(
      `with expired as (
         update webhooks.delivery set status = 'failed', next_try_at = null, finished_at = now(), attempts = attempts + 1
         where id in (
           select d.id from unnest($1::uuid[], $2::text[]) as l (endpoint_id, key)
           join webhooks.endpoint e on e.id = l.endpoint_id and e.status = 'enabled'
           join webhooks.delivery d on d.endpoint_id = l.endpoint_id and d.key = l.key and d.status = 'pending'
           where ${endOf('$3')} < now() limit ${expiredAtOnce}
         )
         returning id, attempts
       )
       insert into webhooks.attempt (delivery_id, number, result, duration_ms)
       select id, attempts, 'expired', 0 from expired returning delivery_id`,
      [...columnsOf(lanes), longestSeconds],
    );
    return rows.length;
  }
}

const isFree = '(lane.leased_until is null or lane.leased_until <= now())';
