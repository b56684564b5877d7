import { Injectable } from '@nestjs/common';
import type { Connection } from '../leader.js';
import { OutboxEvent, OutboxRow, outboxColumns, toOutboxEvent } from '../outbox-event.js';

export interface DueEvent {
  event: OutboxEvent;
  tries: number;
}

/** What each consumer has still to take; a row lives from the event's publishing to its effect. */
@Injectable()
export class DueRepository {
  /** One row per pair; a pair that is there, from a publishing cut off before its mark, stays as it is. */
  async add(
    connection: Connection,
    pairs: readonly { consumer: string; event: OutboxEvent }[],
  ): Promise<void> {
    await connection.query({
      name: 'due-add',
      text: `insert into events.due (consumer, position, event_id, occurred_at)
             select * from unnest($1::text[], $2::bigint[], $3::uuid[], $4::timestamptz[])
             on conflict (consumer, position) do nothing`,
      values: [
        pairs.map(({ consumer }) => consumer),
        pairs.map(({ event }) => event.position),
        pairs.map(({ event }) => event.id),
        pairs.map(({ event }) => event.occurredAt),
      ],
    });
  }

  /** The oldest that are not `held` already; no "position > last seen", since late ones come below it. */
  async next(
    connection: Connection,
    consumer: string,
    held: readonly number[],
    atMost: number,
  ): Promise<DueEvent[]> {
    const rows = await connection.query<OutboxRow & { tries: number }>({
      name: 'due-next',
      text: `select ${outboxColumns}, due.tries
             from (
               select * from events.due where consumer = $1 and position <> all($2::bigint[]) order by position limit $3
             ) as due
             join events.outbox on outbox.occurred_at = due.occurred_at and outbox.id = due.event_id
             order by due.position`,
      values: [consumer, held, atMost],
    });
    return rows.map((row) => ({ event: toOutboxEvent(row), tries: row.tries }));
  }

  async remember(connection: Connection, consumer: string, position: number, tries: number): Promise<void> {
    await connection.query({
      text: 'update events.due set tries = $3 where consumer = $1 and position = $2',
      values: [consumer, position, tries],
    });
  }

  async remove(connection: Connection, consumer: string, positions: readonly number[]): Promise<void> {
    await connection.query({
      name: 'due-remove',
      text: 'delete from events.due where consumer = $1 and position = any($2::bigint[])',
      values: [consumer, positions],
    });
  }
}
