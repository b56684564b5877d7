import { Injectable } from '@nestjs/common';
import type { Connection } from './leader.js';
import { OutboxEvent, OutboxRow, outboxColumns, toOutboxEvent } from './outbox-event.js';

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

  async mark(connection: Connection, events: readonly OutboxEvent[]): Promise<void> {
    await connection.query({
      name: 'relay-mark',
      text: `update events.outbox set published_at = clock_timestamp()
             from unnest($1::timestamptz[], $2::uuid[]) as told (occurred_at, id)
             where outbox.occurred_at = told.occurred_at and outbox.id = told.id`,
      values: [events.map((event) => event.occurredAt), events.map((event) => event.id)],
    });
  }
}
