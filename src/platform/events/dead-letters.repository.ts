import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { OutboxEvent } from './outbox-event.js';

export interface DeadLetter {
  consumer: string;
  event: OutboxEvent;
  /** The error's name. */
  reason: string;
  error: string;
  tries: number;
}

/** Events that a consumer could not take: kept whole, since the outbox forgets. */
@Injectable()
export class DeadLettersRepository {
  constructor(private readonly database: Database) {}

  async has(consumer: string, eventId: string): Promise<boolean> {
    const row = await this.database.row(
      'select from events.dead_letter where consumer = $1 and event_id = $2',
      [consumer, eventId],
    );
    return row !== undefined;
  }

  async keep({ consumer, event, reason, error, tries }: DeadLetter): Promise<void> {
    await this.database.rows(
      `insert into events.dead_letter (consumer, event_id, type, aggregatetype, aggregateid, key, sequence, topic, payload, occurred_at, traceparent, reason, error, tries)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13, $14)
       on conflict (consumer, event_id) do update set reason = excluded.reason, error = excluded.error, tries = excluded.tries, died_at = now()`,
      [
        consumer,
        event.id,
        event.type,
        event.aggregateType,
        event.aggregateId,
        event.key,
        event.sequence,
        event.topic,
        JSON.stringify(event.payload),
        event.occurredAt,
        event.traceparent,
        reason,
        // PostgreSQL has no place for NUL in text, and a letter that cannot be kept would hold its key for ever.
        error.replaceAll('\0', ''),
        tries,
      ],
    );
  }
}
