import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { LetterRow } from './letter-row.js';

export interface LetterFilter {
  consumer?: string;
  type?: string;
  limit: number;
  /** Id of the last letter of the page before. */
  after?: string;
}

/** What people see of dead letters and decide about them. */
@Injectable()
export class DeadLetterListsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first, without what may be long. */
  list({ consumer, type, limit, after }: LetterFilter): Promise<LetterRow[]> {
    return this.database.rows<LetterRow>(
      `select id, consumer, event_id, type, aggregateid, sequence, is_truncated, source_topic, source_partition, source_offset,
         reason, tries, died_at, redrive_requested_at
       from events.dead_letter
       where ($1::text is null or consumer = $1) and ($2::text is null or type = $2) and ($3::uuid is null or id < $3)
       order by id desc limit $4`,
      [consumer, type, after, limit],
    );
  }

  find(id: string): Promise<LetterRow | undefined> {
    return this.database.row<LetterRow>('select * from events.dead_letter where id = $1', [id]);
  }

  /** Marks it for whichever server comes first; answers it as it is then, or undefined where it cannot be redriven. */
  requestRedrive(id: string): Promise<LetterRow | undefined> {
    return this.database.row<LetterRow>(
      `with asked as (
         update events.dead_letter set redrive_requested_at = coalesce(redrive_requested_at, now())
         where id = $1 and not is_truncated returning *
       ) select * from asked`,
      [id],
    );
  }

  /** The event's place in the inbox stays: it will not take effect, should it ever be told again. */
  async drop(id: string): Promise<LetterRow | undefined> {
    const [row] = await this.database.rows<LetterRow>(
      'delete from events.dead_letter where id = $1 returning *',
      [id],
    );
    return row;
  }
}
