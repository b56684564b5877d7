import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Transaction } from '../database/transaction.js';

/** Any number, as long as all versions of the program agree on it. */
const daysLock = 7_255_103;

/** Longest wait for the writers of the outbox; others queue behind it, so it is short and tried again later. */
const dropPatience = '200ms';

export interface OutboxDay {
  /** Of the UTC calendar, such as 2026-11-27. */
  day: string;
  bytes: number;
}

const daysOfOutbox = `
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'events.outbox'::regclass and c.relname ~ '^outbox_[0-9]{8}$'`;

/** The outbox is one partition per UTC day, named `outbox_YYYYMMDD`. */
@Injectable()
export class OutboxDaysRepository {
  constructor(
    private readonly transaction: Transaction,
    private readonly database: Database,
  ) {}

  /** Makes the days up to `ahead` from today, and those that events in the default partition need; answers how many. */
  open(ahead: number): Promise<number> {
    return this.transaction.run(async () => {
      // Taken before the default partition is read, or two processes would each wait for the other's read lock.
      await this.database.rows('select pg_advisory_xact_lock($1)', [daysLock]);
      // However many events wait in the default partition, they must get out of it.
      await this.database.rows('set local statement_timeout = 0');
      const row = await this.database.row<{ opened: number }>(
        `select count(*) filter (where events.open_day(day)) as opened from (
           select (now() at time zone 'UTC')::date + ahead as day from generate_series(0, $1::int) as ahead
           union select (occurred_at at time zone 'UTC')::date from events.outbox_default
           order by day
         ) as days`,
        [ahead],
      );
      return row?.opened ?? 0;
    });
  }

  list(): Promise<OutboxDay[]> {
    return this.database.rows<OutboxDay>(
      `select to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day, pg_total_relation_size(c.oid) as bytes
       ${daysOfOutbox} order by 1`,
    );
  }

  /** Days that ended more than `retentionDays` ago, of which all is published and taken by every consumer. */
  async finished(retentionDays: number): Promise<string[]> {
    const days = await this.database.rows<{ name: string }>(
      `select c.relname as name ${daysOfOutbox}
         and to_date(right(c.relname, 8), 'YYYYMMDD') < (now() at time zone 'UTC')::date - $1::int
       order by 1`,
      [retentionDays],
    );
    const finished: string[] = [];
    for (const { name } of days) if (await this.isFinished(name)) finished.push(name);
    return finished;
  }

  /**
   * Keeps a note of it, so that an auditor knows from a gap what was dropped and what is lost.
   * @param name as `finished` answered it
   */
  drop(name: string): Promise<void> {
    return this.transaction.run(async () => {
      await this.database.rows(`set local lock_timeout = '${dropPatience}'`);
      await this.database.rows('insert into events.dropped_day (name) values ($1) on conflict do nothing', [
        name,
      ]);
      await this.database.rows(`drop table events.${name}`);
    });
  }

  private async isFinished(name: string): Promise<boolean> {
    // Either question is answered from few rows, however many events the day has.
    const row = await this.database.row<{ isOpen: boolean }>(
      `select exists (select from events.${name} where published_at is null)
         or exists (select from events.due join events.${name} as day on day.id = due.event_id and day.occurred_at = due.occurred_at) as "isOpen"`,
    );
    return row?.isOpen === false;
  }
}
