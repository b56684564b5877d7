import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { OutboxEvent, OutboxRow, outboxColumns, toOutboxEvent } from './outbox-event.js';

/** An event of a stream; `streamPosition` counts the key's events from 1, in the order of their publication. */
export interface StreamedEvent extends OutboxEvent {
  streamPosition: number;
}

/** By how much an event may have occurred before one that was published earlier: events bear the time at which their transaction began. */
const longestTransactionMs = 3_600_000;

export interface StreamPage {
  events: StreamedEvent[];
  /** Of the newest event of the stream, 0 where there is none. */
  lastPosition: number;
}

/** The events of a key by their positions; positions and events become visible together, so a page has no gap. */
@Injectable()
export class StreamsRepository {
  constructor(private readonly database: Database) {}

  /** @param since when the event at `after` occurred, where that is known: older days need not be looked through */
  async page(key: string, after: number, since: Date | undefined, limit: number): Promise<StreamPage> {
    const earliest = since ? new Date(since.getTime() - longestTransactionMs).toISOString() : '-infinity';
    const rows = await this.database.rows<{ lastPosition: number } & (StreamRow | { id: null })>(
      `select coalesce(stream.last_position, 0) as "lastPosition", outbox.*
       from (values ($1::text)) as wanted (key)
       left join events.stream on stream.key = wanted.key
       left join lateral (
         select ${outboxColumns}, outbox.stream_position from events.outbox
         where outbox.key = $1 and outbox.stream_position > $2 and outbox.occurred_at >= $3
         order by outbox.stream_position limit $4
       ) as outbox on true
       order by outbox.stream_position`,
      [key, after, earliest, limit],
    );
    return {
      events: rows.flatMap((row) => (row.id === null ? [] : [toStreamedEvent(row)])),
      lastPosition: rows[0]?.lastPosition ?? 0,
    };
  }

  /** How far each of these streams has grown; those without an event are absent. */
  lastPositions(keys: readonly string[]): Promise<{ key: string; lastPosition: number }[]> {
    return this.database.rows(
      'select key, last_position as "lastPosition" from events.stream where key = any($1::text[])',
      [keys],
    );
  }
}

interface StreamRow extends OutboxRow {
  stream_position: number;
}

const toStreamedEvent = (row: StreamRow): StreamedEvent => ({
  ...toOutboxEvent(row),
  streamPosition: row.stream_position,
});
