import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { requestLimits } from '../database/connection.js';
import { Database } from '../database/database.js';
import { sqlState } from '../database/database-errors.js';
import { currentContext } from '../http/request-context.js';
import type { IdempotentRequest, Resume } from './idempotency.js';
import { ownerLockClass, ProcessOwner } from './process-owner.js';
import { type RecordRow, recordOf, type StoredRecord } from './record-row.js';
import type { StoredAnswer } from './stored-answers.js';

export type { StoredRecord } from './record-row.js';

/** Right to finish a record; a later take-over raises the fence and so ends it. */
export interface Claim {
  principalId: string;
  key: string;
  fence: number;
  path?: string;
  traceId: string;
}

/** Another transaction holds the key and has not committed. */
export class ClaimBusy extends Error {}

type Keyed = IdempotentRequest & { key: string };

/** How long one look waits on an uncommitted claim: hardly, since it holds a connection. */
const lookMs = 10;

/** After this the provider may no longer know the key of its first call, so a machine does not send it again. */
const resendWindow = `interval '23 hours'`;

const isOwnerGone = `not exists (
  select 1 from pg_locks l where l.locktype = 'advisory' and l.granted and l.objsubid = 2
    and l.database = (select oid from pg_database where datname = current_database())
    and l.classid = ${ownerLockClass} and l.objid = r.owner::oid)`;
const isAbandoned = `(r.state = 'in_progress' and r.gave_up_at is null and r.created_at > now() - ${resendWindow}
  and (r.locked_until < now() or ${isOwnerGone}))`;
const columns = `r.principal_id as "principalId", r.key, encode(r.fingerprint, 'hex') as fingerprint, r.state, r.fence, r.path,
  r.trace_id as "traceId", r.recovery_point as "recoveryPoint", r.resource, r.status, r.headers, r.body,
  r.token_purpose as "tokenPurpose", r.token_subject_id as "tokenSubjectId"`;

@Injectable()
export class RecordsRepository {
  constructor(
    private readonly database: Database,
    private readonly owner: ProcessOwner,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The claim, where nobody has the key; undefined where somebody's record is committed. @throws ClaimBusy while it is not */
  async claim(request: Keyed): Promise<Claim | undefined> {
    const traceId = currentContext()?.traceId ?? '';
    const rows = await this.insert<{ fence: number }>(
      `insert into idempotency.record (principal_id, key, fingerprint, path, trace_id, owner, expires_at, locked_until)
       select $3, $4, decode($5, 'hex'), $6, $7, $8::int, now() + make_interval(days => $9::int), now() + make_interval(secs => $10::int)
       from (select set_config('lock_timeout', $1, true) as shortened) as wait where wait.shortened is not null
       on conflict do nothing
       returning fence, set_config('lock_timeout', $2, true)`,
      [...this.identity(request, traceId), this.config.IDEMPOTENCY_LEASE_SECONDS],
    );
    const { principalId, key, path } = request;
    return rows[0] && { principalId, key, path, traceId, fence: rows[0].fence };
  }

  /** Stores an answer whose work left nothing behind; false where somebody else has a record by now. */
  async insertDone(request: Keyed, { written, token }: StoredAnswer): Promise<boolean> {
    const rows = await this.insert(
      `insert into idempotency.record (principal_id, key, fingerprint, path, trace_id, owner, expires_at, locked_until,
         state, status, headers, body, token_purpose, token_subject_id)
       select $3, $4, decode($5, 'hex'), $6, $7, $8::int, now() + make_interval(days => $9::int), now(), 'done', $10::int, $11::jsonb, $12, $13, $14
       from (select set_config('lock_timeout', $1, true) as shortened) as wait where wait.shortened is not null
       on conflict do nothing
       returning fence, set_config('lock_timeout', $2, true)`,
      [...this.identity(request, currentContext()?.traceId ?? ''), ...answerValues(written, token)],
    );
    return rows.length > 0;
  }

  /** Ends phase 1: from its commit on, the recovery point can be taken up by any process. */
  async suspend(claim: Claim, resume: Resume): Promise<void> {
    await this.database.rows(
      `update idempotency.record set recovery_point = $4, resource = $5 where principal_id = $1 and key = $2 and fence = $3`,
      [claim.principalId, claim.key, claim.fence, resume.recoveryPoint, resume.resource],
    );
  }

  /** Stores the answer, if the claim still stands; a late writer gets false. */
  async complete(claim: Claim, { written, token }: StoredAnswer): Promise<boolean> {
    const rows = await this.database.rows(
      `update idempotency.record set state = case when $4::int = 202 then 'unknown' else 'done' end,
         status = $4::int, headers = $5::jsonb, body = $6, token_purpose = $7, token_subject_id = $8
       where principal_id = $1 and key = $2 and fence = $3 and state = 'in_progress' returning fence`,
      [claim.principalId, claim.key, claim.fence, ...answerValues(written, token)],
    );
    return rows.length > 0;
  }

  async find(principalId: string, key: string): Promise<StoredRecord | undefined> {
    const row = await this.database.row<RecordRow>(
      `select ${columns}, case when r.state = 'in_progress' then ${isAbandoned} else false end as "isAbandoned",
              r.state <> 'in_progress' and r.expires_at < now() as "isExpired"
       from idempotency.record r where r.principal_id = $1 and r.key = $2`,
      [principalId, key],
    );
    return row && recordOf(row);
  }

  /** Unfinished records that nobody works on any more; one that failed just now comes last, so that it holds up no other. */
  async abandoned(limit: number): Promise<StoredRecord[]> {
    const rows = await this.database.rows<RecordRow>(
      `select ${columns}, true as "isAbandoned", false as "isExpired" from idempotency.record r
       where ${isAbandoned} and r.recovery_point is not null order by r.locked_until limit $1`,
      [limit],
    );
    return rows.map(recordOf);
  }

  /** Compare-and-set on the fence: of several who want it, one gets it. */
  async takeOver({ principalId, key, fence, path, traceId }: Claim): Promise<Claim | undefined> {
    const row = await this.database.row<{ fence: number }>(
      `update idempotency.record r set fence = r.fence + 1, owner = $4, locked_until = now() + make_interval(secs => $5::int)
       where r.principal_id = $1 and r.key = $2 and r.fence = $3 and ${isAbandoned} returning r.fence as fence`,
      [principalId, key, fence, this.owner.id, this.config.IDEMPOTENCY_LEASE_SECONDS],
    );
    return row && { principalId, key, path, traceId, fence: row.fence };
  }

  /** Ends the lease early, so that the next one need not wait for its end. */
  async release({ principalId, key, fence }: Claim): Promise<void> {
    await this.database.rows(
      `update idempotency.record set locked_until = now() where principal_id = $1 and key = $2 and fence = $3 and state = 'in_progress'`,
      [principalId, key, fence],
    );
  }

  /** Ends the claim without an answer: the next request under the key begins anew. */
  async drop({ principalId, key, fence }: Claim): Promise<void> {
    await this.database.rows(
      `delete from idempotency.record where principal_id = $1 and key = $2 and fence = $3 and state = 'in_progress'`,
      [principalId, key, fence],
    );
  }

  async discardExpired({ principalId, key }: Claim): Promise<void> {
    await this.database.rows(
      `delete from idempotency.record where principal_id = $1 and key = $2 and state <> 'in_progress' and expires_at < now()`,
      [principalId, key],
    );
  }

  private identity(request: Keyed, traceId: string): unknown[] {
    const { principalId, key, fingerprint, path, keptDays } = request;
    return [
      `${lookMs}ms`,
      `${requestLimits.lockMs}ms`,
      principalId,
      key,
      fingerprint,
      path ?? null,
      traceId,
      this.owner.id,
      keptDays ?? 3,
    ];
  }

  private async insert<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    try {
      return await this.database.rows<Row>(sql, parameters);
    } catch (error) {
      if (sqlState(error) === '55P03') throw new ClaimBusy();
      throw error;
    }
  }
}

function answerValues(written: StoredAnswer['written'], token: StoredAnswer['token']): unknown[] {
  return [
    written.status,
    JSON.stringify(written.headers),
    written.body ?? null,
    token?.purpose ?? null,
    token?.subjectId ?? null,
  ];
}
