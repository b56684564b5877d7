import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { Database } from '../../database/database.js';
import type { WebhookDeliveryStatus } from './webhook-delivery-status.js';
import type { Attempt } from './webhook-sender.js';

/** What one endpoint is told of one key, one delivery after the other. */
export interface LaneName {
  endpointId: string;
  key: string;
}

/** Whoever holds the lease may send the first delivery. */
export interface Lane extends LaneName {
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
  /** Whether tries of the endpoint have failed since the last success. */
  isFailing: boolean;
}

/** How a try leaves its delivery; one that would be tried again too late has failed. */
export type Outcome = 'delivered' | 'failed' | { pauseSeconds: number };

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
      `select l.endpoint_id as "endpointId", l.key, l.lease, d.id as "deliveryId", d.event_id as "eventId", e.url, d.body, d.tries,
         e.failing_since is not null as "isFailing"
       from unnest($1::uuid[], $2::text[], $3::uuid[]) as l (endpoint_id, key, lease)
       join webhooks.endpoint e on e.id = l.endpoint_id
       cross join lateral (
         select * from webhooks.delivery d where d.endpoint_id = l.endpoint_id and d.key = l.key and d.status = 'pending'
         order by d.position limit 1
       ) d`,
      [...columnsOf(lanes), lanes.map(({ lease }) => lease)],
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

  /** Writes the try into the log; answers how the delivery stands by it, undefined where it was skipped meanwhile. */
  async record(
    deliveryId: string,
    { result, status, durationMs }: Attempt,
    outcome: Outcome,
    longestSeconds: number,
  ): Promise<WebhookDeliveryStatus | undefined> {
    const isDecided = typeof outcome === 'string';
    const row = await this.database.row<{ status: WebhookDeliveryStatus; wasPending: boolean }>(
      `with before as (
         select d.id, d.status = 'pending' as was_pending,
           coalesce($5, case when now() + make_interval(secs => $6) > ${endOf('$7')} then 'failed' else 'pending' end) as outcome
         from webhooks.delivery d join webhooks.endpoint e on e.id = d.endpoint_id where d.id = $1 for no key update of d
       ),
       tried as (
         update webhooks.delivery d set attempts = d.attempts + 1,
           tries = case when was_pending then d.tries + 1 else d.tries end,
           status = case when was_pending then outcome else d.status end,
           next_try_at = case when was_pending and outcome = 'pending' then now() + make_interval(secs => $6) end,
           finished_at = case when was_pending and outcome <> 'pending' then now() else d.finished_at end
         from before where d.id = before.id returning d.id, d.attempts, d.status, was_pending
       ),
       logged as (
         insert into webhooks.attempt (delivery_id, number, result, status, duration_ms)
         select id, attempts, $2, $3, $4 from tried
       )
       select status, was_pending as "wasPending" from tried`,
      [
        deliveryId,
        result,
        status,
        durationMs,
        isDecided ? outcome : null,
        isDecided ? null : outcome.pauseSeconds,
        longestSeconds,
      ],
    );
    return row?.wasPending ? row.status : undefined;
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
  async reschedule(lanes: readonly LaneName[]): Promise<void> {
    await this.database.rows(
      `update webhooks.lane set due_at = (
         select d.next_try_at from webhooks.delivery d
         where d.endpoint_id = lane.endpoint_id and d.key = lane.key and d.status = 'pending' order by d.position limit 1
       )
       from unnest($1::uuid[], $2::text[]) as l (endpoint_id, key) where lane.endpoint_id = l.endpoint_id and lane.key = l.key`,
      columnsOf(lanes),
    );
  }

  /** Lanes that staff or age emptied. */
  async forgetEmpty(): Promise<number> {
    const rows = await this.database.rows(
      `delete from webhooks.lane where due_at is null and (leased_until is null or leased_until < now()) returning key`,
    );
    return rows.length;
  }
}

const headOf = `select next_try_at from webhooks.delivery
  where endpoint_id = $1 and key = $2 and status = 'pending' order by position limit 1`;

/** When a delivery `d` of the endpoint `e` is given up: while its endpoint was disabled it did not age. */
export const endOf = (longestSeconds: string): string =>
  `greatest(d.pending_since, e.enabled_at) + make_interval(secs => ${longestSeconds})`;

export const columnsOf = (lanes: readonly LaneName[]): [string[], string[]] => [
  lanes.map(({ endpointId }) => endpointId),
  lanes.map(({ key }) => key),
];
