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

  /** Runs `work` in the transaction that holds the inbox row; answers false, and runs nothing, where the event took effect before. */
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
}
