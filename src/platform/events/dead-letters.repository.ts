import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { type DeadLetter, letterRow } from './dead-letter.js';

const columns = `id, consumer, event_id, type, aggregatetype, aggregateid, key, sequence, topic, payload, occurred_at,
  traceparent, headers, body, is_truncated, source_topic, source_partition, source_offset, reason, error, tries`;

const anew = `headers = excluded.headers, body = excluded.body, is_truncated = excluded.is_truncated, type = excluded.type,
  reason = excluded.reason, error = excluded.error, tries = excluded.tries, died_at = now()`;

/** Events that a consumer could not take: kept whole, since the outbox forgets. */
@Injectable()
export class DeadLettersRepository {
  constructor(private readonly database: Database) {}

  /**
   * Keeps the letter of an event together with its place in the inbox; answers false, and keeps nothing, where the event took
   * effect all the same, told by another process. The same letter again brings the other up to date.
   */
  async keepEvent(letter: DeadLetter): Promise<boolean> {
    const row = await this.database.row(
      `with letter as (select * from jsonb_populate_record(null::events.dead_letter, $1::jsonb)),
       place as (
         insert into events.inbox (consumer, event_id, is_set_aside) select consumer, event_id::text, true from letter
         on conflict (consumer, event_id) do update set is_set_aside = inbox.is_set_aside returning is_set_aside
       )
       insert into events.dead_letter (${columns}) select ${columns} from letter, place where is_set_aside
       on conflict (consumer, event_id) do update set ${anew} returning id`,
      [letterRow(letter)],
    );
    return row !== undefined;
  }

  async keepMessage(letter: DeadLetter): Promise<void> {
    await this.database.rows(
      `insert into events.dead_letter (${columns})
       select ${columns} from jsonb_populate_record(null::events.dead_letter, $1::jsonb)
       on conflict (consumer, source_topic, source_partition, source_offset) where event_id is null do update set ${anew}`,
      [letterRow(letter)],
    );
  }

  /** Why the event was set aside, if it was. */
  async failure(
    consumer: string,
    eventId: string,
  ): Promise<Pick<DeadLetter, 'reason' | 'error' | 'tries'> | undefined> {
    return this.database.row(
      'select reason, error, tries from events.dead_letter where consumer = $1 and event_id = $2',
      [consumer, eventId],
    );
  }
}
