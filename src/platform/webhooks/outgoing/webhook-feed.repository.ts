import { Injectable } from '@nestjs/common';
import type { Connection } from '../../events/index.js';

/** An endpoint that wants to be told, and of what; null for all. */
export interface Subscription {
  endpointId: string;
  types: string[] | null;
}

/** An event as the endpoints are sent it; `turn` is its place in the order of publication. */
export interface FedEvent {
  id: string;
  type: string;
  key: string;
  body: string;
  turn: number;
}

export interface FedDelivery {
  id: string;
  endpointId: string;
  turn: number;
}

/** What the relay writes, through the connection that holds its lock. */
@Injectable()
export class WebhookFeedRepository {
  subscriptions(connection: Connection): Promise<Subscription[]> {
    return connection.query<Subscription>({
      name: 'webhooks-subscriptions',
      text: `select id as "endpointId", types from webhooks.endpoint where status = 'enabled' and deleted_at is null`,
    });
  }

  /** Repeated without effect. It locks the lanes, so that whoever empties one meanwhile either sees the new delivery or leaves a new row for it. */
  async insert(
    connection: Connection,
    events: readonly FedEvent[],
    deliveries: readonly FedDelivery[],
  ): Promise<void> {
    await connection.query({
      name: 'webhooks-feed',
      text: `
        with event as (select * from jsonb_to_recordset($1::jsonb) as e (id uuid, type text, key text, body text, turn int)),
        wanted as (
          select w.id, w.endpoint_id, e.id as event_id, e.type, e.key, e.body, w.turn
          from unnest($2::uuid[], $3::uuid[], $4::int[]) as w (id, endpoint_id, turn) join event e on e.turn = w.turn
        ),
        lane as (
          insert into webhooks.lane (endpoint_id, key, due_at)
          select distinct endpoint_id, key, now() from wanted order by 1, 2
          on conflict (endpoint_id, key) do update set due_at = coalesce(lane.due_at, excluded.due_at)
        )
        insert into webhooks.delivery (id, endpoint_id, event_id, type, key, body)
        select id, endpoint_id, event_id, type, key, body
        from (select * from wanted order by turn) as in_order
        on conflict (endpoint_id, event_id) do nothing`,
      values: [
        JSON.stringify(events),
        deliveries.map(({ id }) => id),
        deliveries.map(({ endpointId }) => endpointId),
        deliveries.map(({ turn }) => turn),
      ],
    });
  }
}
