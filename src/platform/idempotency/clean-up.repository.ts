import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Rows of one delete: short locks, and nobody waits for them. */
const batch = 1000;

@Injectable()
export class CleanUpRepository {
  constructor(private readonly database: Database) {}

  /** How many expired records were deleted, at most one batch. */
  async deleteExpired(): Promise<number> {
    const rows = await this.database.rows(
      `delete from idempotency.record where (principal_id, key) in (
         select principal_id, key from idempotency.record where state <> 'in_progress' and expires_at < now()
         limit ${batch} for update skip locked)
       returning 1`,
    );
    return rows.length;
  }

  /** Marks what may no longer be sent again by a machine; such a record stays until a person has looked. */
  async giveUpOldest(): Promise<{ recoveryPoint: string | null; resource: string | null }[]> {
    return this.database.rows(
      `update idempotency.record set gave_up_at = now()
       where state = 'in_progress' and gave_up_at is null and created_at <= now() - interval '23 hours'
       returning recovery_point as "recoveryPoint", resource`,
    );
  }
}
