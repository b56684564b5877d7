import { Injectable } from '@nestjs/common';
import { streamedTopics } from './catalogue.js';
import { nameOf } from './database-channel.js';
import type { Connection } from './leader.js';
import { OutboxEvent, OutboxRow, outboxColumns, toOutboxEvent } from './outbox-event.js';

/** PostgreSQL refuses a NOTIFY of 8000 bytes, and a key is a UUID in quotes. */
const keysPerNotice = 200;

@Injectable()
export class RelayRepository {
  /** Never "position > last seen": positions commit out of order, and a late one would be passed over. */
  async unpublished(connection: Connection, atMost: number): Promise<OutboxEvent[]> {
    const rows = await connection.query<OutboxRow>({
      name: 'relay-unpublished',
      text: `select ${outboxColumns} from events.outbox where published_at is null order by position limit $1`,
      values: [atMost],
    });
    return rows.map(toOutboxEvent);
  }

  /**
   * Numbers the events of each stream, marks all as published and tells whose streams grew, in one statement: a crash
   * leaves all of it or nothing, so that positions have neither gap nor double. The ends are looked up in an object, for
   * the planner knows not how many rows come and would join them by a loop in a loop.
   */
  async mark(connection: Connection, events: readonly OutboxEvent[]): Promise<void> {
    const streams = events.map(({ topic, key }) => (streamedTopics.includes(topic) ? key : null));
    await connection.query({
      name: 'relay-mark',
      text: `with told as (
               select *, row_number() over (partition by stream order by position desc) - 1 as later
               from unnest($1::timestamptz[], $2::uuid[], $3::bigint[], $4::text[]) as told (occurred_at, id, position, stream)
             ), grown as (
               insert into events.stream (key, last_position)
               select stream, count(*) from told where stream is not null group by stream
               on conflict (key) do update set last_position = stream.last_position + excluded.last_position
               returning key, last_position
             ), ends as materialized (
               select jsonb_object_agg(key, last_position) as by_stream from grown
             ), marked as (
               update events.outbox
               set published_at = clock_timestamp(), stream_position = (ends.by_stream ->> told.stream)::int - told.later
               from told cross join ends
               where outbox.occurred_at = told.occurred_at and outbox.id = told.id
             )
             select pg_notify($5, notice) from unnest($6::text[]) as notice`,
      values: [
        events.map((event) => event.occurredAt),
        events.map((event) => event.id),
        events.map((event) => event.position),
        streams,
        nameOf('streams'),
        noticesOf(streams),
      ],
    });
  }
}

function noticesOf(streams: readonly (string | null)[]): string[] {
  const keys = [...new Set(streams.filter((key) => key !== null))];
  const notices: string[] = [];
  for (let at = 0; at < keys.length; at += keysPerNotice)
    notices.push(JSON.stringify(keys.slice(at, at + keysPerNotice)));
  return notices;
}
