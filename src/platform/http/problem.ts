import { HttpException } from '@nestjs/common';
import '../errors/common-problems.js';
import { isDatabaseUnavailable, isInfrastructureTrouble, sqlState } from '../database/database-errors.js';
import { DomainError, type FieldProblem } from '../errors/domain-error.js';
import { problemEntry, type ProblemEntry, requiredProblem } from '../errors/problems.js';

/** A refusal as it goes out: an entry of the register and what is particular to this occurrence. */
export interface Problem {
  entry: ProblemEntry;
  detail: string;
  errors?: FieldProblem[];
  extensions?: Record<string, unknown>;
  headers: Record<string, string>;
}

/** The problem document of any error; one that nobody foresaw tells nothing of its cause. */
export function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) return fromDomain(error);
  if (isInfrastructureTrouble(error)) return fromDatabase(error);
  if (error instanceof HttpException && error.getStatus() < 500) return fromNest(error);
  if (error instanceof HttpException && error.getStatus() === 503) {
    return { ...occurrence('temporary-reduced-capacity', 'try again in a moment'), headers: retryAfter(2) };
  }
  return occurrence('internal-error', 'something broke on our side');
}

/** A problem by its code alone, for what no room throws. */
export function occurrence(code: string, detail: string): Problem {
  return { entry: requiredProblem(code), detail, headers: {} };
}

function fromDomain(error: DomainError): Problem {
  const { errors, extensions, headers, retryAfterSeconds } = error.details;
  const wait = retryAfterSeconds === undefined ? {} : retryAfter(retryAfterSeconds);
  return {
    entry: problemEntry(error),
    detail: error.message,
    errors,
    extensions,
    headers: { ...headers, ...wait },
  };
}

/** Too many connections is a queue that is full; any other loss of the database is a part that is away. */
function fromDatabase(error: unknown): Problem {
  const isFull =
    sqlState(error) === '53300' ||
    (error instanceof Error && error.message.includes('timeout exceeded when trying to connect'));
  const isAway = isDatabaseUnavailable(error) && !isFull;
  const problem = isAway
    ? occurrence('temporary-reduced-capacity', 'the database does not answer')
    : occurrence('database-busy', 'others hold what this needs');
  return { ...problem, headers: retryAfter(isAway ? 2 : 1) };
}

const codeByStatus: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  409: 'conflict',
  412: 'version-mismatch',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
};

function fromNest(error: HttpException): Problem {
  const code = codeByStatus[error.getStatus()] ?? 'malformed-request';
  return occurrence(code, code === 'not-found' ? 'there is nothing at this address' : error.message);
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(seconds) };
}
