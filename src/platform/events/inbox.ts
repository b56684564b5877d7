import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Transaction } from '../database/transaction.js';

/** Second line against everything that is told twice: one row per (consumer, event), in the transaction of its effect. */
@Injectable()
export class Inbox {
  constructor(
    private readonly transaction: Transaction,
    private readonly database: Database,
  ) {}

  /**
   * Runs `work` in the transaction that holds the inbox row; answers false, and runs nothing, where the event took effect before or was set aside.
   * The same event at the same time waits until the first commits or rolls back.
   */
  once(consumer: string, eventId: string, work: () => Promise<void>): Promise<boolean> {
    return this.transaction.run(async () => {
      const row = await this.database.row(
        'insert into events.inbox (consumer, event_id) values ($1, $2) on conflict do nothing returning event_id',
        [consumer, eventId],
      );
      if (!row) return false;
      await work();
      return true;
    });
  }

  /** Gives the place of an event that was set aside to its effect; false where it took effect before. In the caller's transaction. */
  async reopen(consumer: string, eventId: string): Promise<boolean> {
    const row = await this.database.row(
      `insert into events.inbox (consumer, event_id) values ($1, $2)
       on conflict (consumer, event_id) do update set is_set_aside = false, handled_at = now() where inbox.is_set_aside
       returning event_id`,
      [consumer, eventId],
    );
    return row !== undefined;
  }

  /** Forgets what no transport can bring again; answers how many. */
  async forget(olderThanDays: number, atMost: number): Promise<number> {
    const rows = await this.database.rows(
      `delete from events.inbox where (consumer, event_id) in (
         select consumer, event_id from events.inbox as old
         where handled_at < now() - make_interval(days => $1)
           and not exists (select from events.due where due.consumer = old.consumer and due.event_id::text = old.event_id)
         order by handled_at limit $2
       ) returning event_id`,
      [olderThanDays, atMost],
    );
    return rows.length;
  }
}
