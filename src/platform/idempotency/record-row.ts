import type { RevealedToken } from '../http/answer.js';
import type { Resume } from './idempotency.js';
import type { Claim } from './records.repository.js';
import type { StoredAnswer } from './stored-answers.js';

/** A row of `idempotency.record`, as its select names the columns. */
export interface RecordRow {
  principalId: string;
  key: string;
  fingerprint: string;
  state: 'in_progress' | 'done' | 'unknown';
  fence: number;
  path: string | null;
  traceId: string;
  recoveryPoint: string | null;
  resource: string | null;
  status: number | null;
  headers: Record<string, string> | null;
  body: string | null;
  tokenPurpose: RevealedToken['purpose'] | null;
  tokenSubjectId: string | null;
  isAbandoned: boolean;
  isExpired: boolean;
}

/** A record as a request or the worker finds it: with an answer, or in progress. */
export interface StoredRecord extends Claim {
  fingerprint: string;
  answer?: StoredAnswer;
  resume?: Resume;
  /** Whether its lease has run out or its process is gone. */
  isAbandoned: boolean;
  isExpired: boolean;
}

export function recordOf(row: RecordRow): StoredRecord {
  const { principalId, key, fingerprint, fence, traceId, isAbandoned, isExpired, recoveryPoint, resource } =
    row;
  const resume = recoveryPoint !== null && resource !== null ? { recoveryPoint, resource } : undefined;
  return {
    principalId,
    key,
    fingerprint,
    fence,
    traceId,
    isAbandoned,
    isExpired,
    path: row.path ?? undefined,
    resume,
    answer: answerOf(row),
  };
}

function answerOf({
  state,
  status,
  headers,
  body,
  tokenPurpose,
  tokenSubjectId,
}: RecordRow): StoredAnswer | undefined {
  if (state === 'in_progress' || status === null || headers === null) return undefined;
  const token =
    tokenPurpose !== null && tokenSubjectId !== null
      ? { purpose: tokenPurpose, subjectId: tokenSubjectId }
      : undefined;
  return { written: { status, headers, body: body ?? undefined }, token };
}
