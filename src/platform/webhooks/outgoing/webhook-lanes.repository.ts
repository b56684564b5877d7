import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { Database } from '../../database/database.js';
import type { Attempt } from './webhook-sender.js';

/** What one endpoint is told of one key, one delivery after the other; whoever holds the lease may send the first. */
export interface Lane {
  endpointId: string;
  key: string;
  lease: string;
}

/** The first delivery of a lane that waits for it. */
export interface Head {
  lane: Lane;
  deliveryId: string;
  eventId: string;
  url: string;
  body: string;
  /** That failed since it was fed or told to be sent again. */
  tries: number;
}

export interface Room {
  /** How many sends are under way here, by endpoint. */
  underWay: ReadonlyMap<string, number>;
  perEndpoint: number;
  overall: number;
}

/** Who may send to an endpoint what belongs to a key, and when next. */
@Injectable()
export class WebhookLanesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes lanes that are due, of each endpoint as many as there is room for; those of others go on meanwhile. A place goes to
   * whoever has the fewest, or those that hang would take up each that falls free.
   */
  take({ underWay, perEndpoint, overall }: Room, leaseMs: number): Promise<Lane[]> {
    return this.database.rows<Lane>(
      `with due as (
         select l.endpoint_id, l.key
         from webhooks.endpoint e
         left join unnest($1::uuid[], $2::int[]) as busy (endpoint_id, sends) on busy.endpoint_id = e.id
         cross join lateral (
           select lane.endpoint_id, lane.key, lane.due_at from webhooks.lane
           where lane.endpoint_id = e.id and lane.due_at <= now() and (lane.leased_until is null or lane.leased_until <= now())
           order by lane.due_at limit greatest($3::int - coalesce(busy.sends, 0), 0) for no key update skip locked
         ) l
         where e.status = 'enabled' and e.deleted_at is null
         order by coalesce(busy.sends, 0) + row_number() over (partition by l.endpoint_id order by l.due_at), l.due_at
         limit $4
       )
       update webhooks.lane set lease = $5, leased_until = now() + make_interval(secs => $6)
       from due where lane.endpoint_id = due.endpoint_id and lane.key = due.key
       returning lane.endpoint_id as "endpointId", lane.key, lane.lease`,
      [[...underWay.keys()], [...underWay.values()], perEndpoint, overall, uuidv7(), leaseMs / 1000],
    );
  }

  /** A statement of its own after `take`: what others recorded before they let a lane go must be seen. */
  async heads(lanes: readonly Lane[]): Promise<Head[]> {
    const rows = await this.database.rows<Omit<Head, 'lane'> & Lane>(
      `select l.endpoint_id as "endpointId", l.key, l.lease, d.id as "deliveryId", d.event_id as "eventId", e.url, d.body, d.tries
       from unnest($1::uuid[], $2::text[], $3::uuid[]) as l (endpoint_id, key, lease)
       join webhooks.endpoint e on e.id = l.endpoint_id
       cross join lateral (
         select * from webhooks.delivery d where d.endpoint_id = l.endpoint_id and d.key = l.key and d.status = 'pending'
         order by d.position limit 1
       ) d`,
      [
        lanes.map(({ endpointId }) => endpointId),
        lanes.map(({ key }) => key),
        lanes.map(({ lease }) => lease),
      ],
    );
    return rows.map(({ endpointId, key, lease, ...head }) => ({ lane: { endpointId, key, lease }, ...head }));
  }

  /** Locks the lane; false where the lease ran out and another took it, whose word counts. */
  async hold({ endpointId, key, lease }: Lane): Promise<boolean> {
    const row = await this.database.row(
      'select from webhooks.lane where endpoint_id = $1 and key = $2 and lease = $3 for no key update',
      [endpointId, key, lease],
    );
    return row !== undefined;
  }

  /** Locks the lane for what staff decide, making it where it is empty. */
  async lock(endpointId: string, key: string): Promise<void> {
    await this.database.rows(
      `insert into webhooks.lane (endpoint_id, key) values ($1, $2)
       on conflict (endpoint_id, key) do update set due_at = lane.due_at`,
      [endpointId, key],
    );
  }

  /** Writes the try into the log; answers whether the delivery was still waiting for its outcome, and not skipped meanwhile. */
  async record(
    deliveryId: string,
    { result, status, durationMs }: Attempt,
    outcome: 'delivered' | 'failed' | { pauseSeconds: number },
  ): Promise<boolean> {
    const isDecided = typeof outcome === 'string';
    const row = await this.database.row<{ wasPending: boolean }>(
      `with before as (select id, status from webhooks.delivery where id = $1 for no key update),
       tried as (
         update webhooks.delivery d set attempts = d.attempts + 1,
           tries = case when before.status = 'pending' then d.tries + 1 else d.tries end,
           status = case when before.status = 'pending' then coalesce($5, d.status) else d.status end,
           next_try_at = case when before.status = 'pending' then now() + make_interval(secs => $6) end,
           finished_at = case when before.status = 'pending' and $5 is not null then now() else d.finished_at end
         from before where d.id = before.id returning d.id, d.attempts, before.status = 'pending' as was_pending
       ),
       logged as (
         insert into webhooks.attempt (delivery_id, number, result, status, duration_ms)
         select id, attempts, $2, $3, $4 from tried
       )
       select was_pending as "wasPending" from tried`,
      [
        deliveryId,
        result,
        status,
        durationMs,
        isDecided ? outcome : null,
        isDecided ? null : outcome.pauseSeconds,
      ],
    );
    return row?.wasPending ?? false;
  }

  /** The lane is due when its first delivery is; without one it ends. */
  async release({ endpointId, key, lease }: Lane): Promise<void> {
    await this.database.rows(
      `with head as (${headOf}),
       next as (
         update webhooks.lane set due_at = head.next_try_at, lease = null, leased_until = null from head
         where endpoint_id = $1 and key = $2 and lease = $3
       )
       delete from webhooks.lane where endpoint_id = $1 and key = $2 and lease = $3 and not exists (select from head)`,
      [endpointId, key, lease],
    );
  }

  /** As `release`, while another may hold the lease and keeps it. */
  async reschedule(endpointId: string, key: string): Promise<void> {
    await this.database.rows(
      `update webhooks.lane set due_at = (${headOf}) where endpoint_id = $1 and key = $2`,
      [endpointId, key],
    );
  }

  /** Lanes that staff emptied. */
  async forgetEmpty(): Promise<number> {
    const rows = await this.database.rows(
      `delete from webhooks.lane where due_at is null and (leased_until is null or leased_until < now()) returning key`,
    );
    return rows.length;
  }
}

const headOf = `select next_try_at from webhooks.delivery
  where endpoint_id = $1 and key = $2 and status = 'pending' order by position limit 1`;
