import type { DomainError } from '../errors/domain-error.js';
import type { WireAnswer } from './wire-answer.js';

/** A secret that is shown in a header and derived again at a replay; the value itself is never stored. */
export interface RevealedToken {
  purpose: 'cart' | 'order' | 'webhook';
  subjectId: string;
  token: string;
}

/** What a use case answers, apart from how it travels: the idempotency record stores it, one interceptor writes it. */
export interface Answer {
  status: number;
  /** Serialised once, so that a replay has the same bytes; undefined for 204. */
  body?: unknown;
  location?: string;
  etag?: string;
  token?: RevealedToken;
  /** A refusal that was committed, such as a declined payment; becomes a problem document. */
  refusal?: DomainError;
  /** The bytes it was stored as; they then go out in place of the fields above, but for the token. */
  written?: WireAnswer;
  /** Whether it was stored by an earlier request under the same Idempotency-Key. */
  isReplay?: boolean;
}

type Extras = Pick<Answer, 'location' | 'etag' | 'token'>;

export const ok = (body: unknown, extras: Extras = {}): Answer => ({ status: 200, body, ...extras });
export const created = (body: unknown, extras: Extras & { location: string }): Answer => ({
  status: 201,
  body,
  ...extras,
});
export const accepted = (body: unknown, extras: Extras & { location: string }): Answer => ({
  status: 202,
  body,
  ...extras,
});
export const noContent = (extras: Extras = {}): Answer => ({ status: 204, ...extras });

/** Commits what was done and answers with a problem document; `extras` as for a success. */
export const refused = (refusal: DomainError, extras: Extras = {}): Answer => ({
  status: 0,
  refusal,
  ...extras,
});

const answerKeys: ReadonlySet<string> = new Set([
  'status',
  'body',
  'location',
  'etag',
  'token',
  'refusal',
  'written',
  'isReplay',
] satisfies (keyof Answer)[]);

/** Tells an Answer from a plain view, which may have a `status` too, though never a number among these keys alone. */
export function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null || !('status' in value) || typeof value.status !== 'number')
    return false;
  return Object.keys(value).every((key) => answerKeys.has(key));
}
