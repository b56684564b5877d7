/** What went wrong, in the trade's terms; the HTTP filter alone knows which status a kind becomes. */
export type ErrorKind =
  | 'malformed' // 400
  | 'unauthenticated' // 401
  | 'payment-declined' // 402
  | 'forbidden' // 403
  | 'not-found' // 404
  | 'conflict' // 409
  | 'gone' // 410
  | 'precondition-failed' // 412
  | 'too-large' // 413
  | 'unsupported-media-type' // 415
  | 'rule' // 422
  | 'precondition-required' // 428
  | 'too-many' // 429
  | 'unavailable'; // 503

/** One fault in the request; `pointer` is an RFC 6901 JSON Pointer into the body, or `#/query/…`, `#/header/…`. */
export interface FieldProblem {
  pointer: string;
  code: string;
  message: string;
}

export interface DomainErrorDetails {
  /** The single faults, where there are several. */
  errors?: FieldProblem[];
  /** Extension members of the problem document, such as `currentState` or `available`. */
  extensions?: Record<string, unknown>;
  /** Response headers, such as `Location`. */
  headers?: Record<string, string>;
  /** After how many seconds another try may succeed; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  /** Whether a retry under the same Idempotency-Key gets this answer again; only business answers (402, 409, 422) are. */
  final?: boolean;
}

const finalKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['payment-declined', 'conflict', 'rule']);

/** The one error that services and entities throw: a refusal with a stable kebab-case `code`. */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly details: DomainErrorDetails = {},
  ) {
    super(message);
    this.name = new.target.name;
  }

  /** Whether the answer is kept with the idempotency record; what may change by waiting is not. */
  get isFinal(): boolean {
    return this.details.final ?? (finalKinds.has(this.kind) && this.details.retryAfterSeconds === undefined);
  }
}
