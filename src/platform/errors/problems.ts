import type { DomainError, ErrorKind } from './domain-error.js';

/** One kind of refusal, as `/problems/<code>` explains it. */
export interface ProblemEntry {
  code: string;
  status: number;
  title: string;
  /** What happened and what the caller can do about it. */
  description: string;
}

const statusByKind: Record<ErrorKind, number> = {
  malformed: 400,
  unauthenticated: 401,
  'payment-declined': 402,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'precondition-failed': 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  rule: 422,
  'precondition-required': 428,
  'too-many': 429,
  unavailable: 503,
};

const entries = new Map<string, ProblemEntry>();

export function statusOf(kind: ErrorKind): number {
  return statusByKind[kind];
}

/** Declares a code with the page that explains it; a room does so in its `<room>.errors.ts`. A code has one status. */
export function declareProblem(
  code: string,
  kind: ErrorKind | number,
  title: string,
  description: string,
): void {
  const status = typeof kind === 'number' ? kind : statusByKind[kind];
  const earlier = entries.get(code);
  if (earlier && earlier.status !== status)
    throw new Error(`problem ${code} is declared with ${earlier.status} and ${status}`);
  entries.set(code, { code, status, title, description });
}

/** The entry of an error; a code that nobody declared is entered when it is first seen, so that its page exists. */
export function problemEntry(error: DomainError): ProblemEntry {
  const known = entries.get(error.code);
  if (known) return known;
  const entry = {
    code: error.code,
    status: statusByKind[error.kind],
    title: titleOf(error.code),
    description: titleOf(error.code),
  };
  entries.set(error.code, entry);
  return entry;
}

export function findProblem(code: string): ProblemEntry | undefined {
  return entries.get(code);
}

/** An entry that must be there; the common ones are. */
export function requiredProblem(code: string): ProblemEntry {
  const entry = entries.get(code);
  if (!entry) throw new Error(`problem ${code} is not declared`);
  return entry;
}

export function allProblems(): readonly ProblemEntry[] {
  return [...entries.values()].sort((a, b) => a.code.localeCompare(b.code));
}

function titleOf(code: string): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
}
