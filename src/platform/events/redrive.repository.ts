import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { type DeadLetter, storable } from './dead-letter.js';
import type { LetterRow } from './letter-row.js';

/** Letters that a person wants told again; each is held by one process until its transaction ends. */
@Injectable()
export class RedriveRepository {
  constructor(private readonly database: Database) {}

  take(consumers: readonly string[]): Promise<LetterRow | undefined> {
    return this.database.row<LetterRow>(
      `select * from events.dead_letter where redrive_requested_at is not null and consumer = any($1)
       order by redrive_requested_at, id limit 1 for update skip locked`,
      [consumers],
    );
  }

  /** With it goes a second letter of the same event, kept from a message that could not be read at first. */
  async remove({ id, consumer }: LetterRow, eventId: string): Promise<void> {
    await this.database.rows(
      'delete from events.dead_letter where id = $1 or (consumer = $2 and event_id = $3)',
      [id, consumer, eventId],
    );
  }

  /** To the end of the queue. */
  async postpone({ id }: LetterRow): Promise<void> {
    await this.database.rows(
      'update events.dead_letter set redrive_requested_at = now() where id = $1 and redrive_requested_at is not null',
      [id],
    );
  }

  /** The letter stays, and waits for the next word of a person. */
  async fail({ id, tries }: LetterRow, why: Pick<DeadLetter, 'reason' | 'error'>): Promise<void> {
    await this.database.rows(
      `update events.dead_letter set reason = why.reason, error = why.error, tries = tries + 1, redrive_requested_at = null
       from jsonb_to_record($3::jsonb) as why (reason text, error text) where id = $1 and tries = $2`,
      [id, tries, storable(JSON.stringify(why))],
    );
  }
}
