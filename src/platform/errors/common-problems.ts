import { declareProblem } from './problems.js';

// What any operation may answer, whatever room it belongs to.
declareProblem(
  'malformed-request',
  'malformed',
  'Malformed request',
  'The request could not be read: its JSON, its text encoding or its address is broken. Mend it before trying again.',
);
declareProblem(
  'validation-failed',
  'malformed',
  'Validation failed',
  'Fields are missing, unknown or out of bounds; `errors` names each by its JSON Pointer.',
);
declareProblem(
  'cursor-invalid',
  'malformed',
  'Cursor invalid',
  'Pass `nextCursor` of the page before, unchanged, or leave it out to start at the first page.',
);
declareProblem(
  'if-match-invalid',
  'malformed',
  'If-Match invalid',
  'Send the ETag of one answer, in its quotes, as it was given.',
);
declareProblem(
  'unauthenticated',
  'unauthenticated',
  'Sign-in needed',
  'This operation needs a Cart-Token, an Order-Token or a bearer token.',
);
declareProblem(
  'token-invalid',
  'unauthenticated',
  'Token invalid',
  'The bearer token is expired, made for another party, or not one of ours. Get a new one.',
);
declareProblem(
  'signature-invalid',
  'unauthenticated',
  'Signature invalid',
  'The signature over the raw body does not fit, or its timestamp is more than five minutes away.',
);
declareProblem(
  'forbidden',
  'forbidden',
  'Not allowed',
  'You are known, and your role or scopes do not include this operation.',
);
declareProblem('not-found', 'not-found', 'Not found', 'There is nothing here that you may see.');
declareProblem(
  'method-not-allowed',
  405,
  'Method not allowed',
  'This address knows other methods; `Allow` lists them.',
);
declareProblem(
  'not-acceptable',
  406,
  'Not acceptable',
  'Answers are `application/json`, streams of events `text/event-stream`; `Accept` must allow it.',
);
declareProblem('conflict', 'conflict', 'Conflict', 'The present state does not allow this.');
declareProblem(
  'version-mismatch',
  'precondition-failed',
  'Changed in the meantime',
  'The object is not at the version that If-Match names. Read it again and decide anew.',
);
declareProblem(
  'if-match-required',
  'precondition-required',
  'If-Match missing',
  'Send the ETag of what you saw as If-Match, so that nobody’s change is overwritten.',
);
declareProblem(
  'payload-too-large',
  'too-large',
  'Body too large',
  'The body is larger than this operation takes. Split it.',
);
declareProblem(
  'unsupported-media-type',
  'unsupported-media-type',
  'Media type not supported',
  'Send `application/json` in UTF-8, without compression.',
);
declareProblem('too-many-requests', 'too-many', 'Too many requests', 'Wait as long as Retry-After says.');
declareProblem(
  'internal-error',
  500,
  'Internal error',
  'Something broke on our side. Name the traceId when you report it; a retry is safe under the same Idempotency-Key.',
);
declareProblem(
  'database-busy',
  'unavailable',
  'Busy',
  'Others work on the same rows, or all connections are taken. Nothing was changed; try again after Retry-After.',
);
declareProblem(
  'temporary-reduced-capacity',
  'unavailable',
  'Temporarily reduced',
  'A part of the system is away. Nothing was changed; try again after Retry-After.',
);
declareProblem(
  'idempotency-key-missing',
  'malformed',
  'Idempotency-Key missing',
  'Make a UUID, save it, send it as Idempotency-Key, and keep it for every retry until there is a final answer.',
);
declareProblem(
  'idempotency-key-invalid',
  'malformed',
  'Idempotency-Key invalid',
  '16 to 255 of A-Z a-z 0-9 _ . : -, bare or in quotes; without a sign-in or a token it must be a UUID.',
);
declareProblem(
  'idempotency-in-progress',
  'conflict',
  'Still in progress',
  'The first request under this key is not finished. Ask again after Retry-After, with the same key.',
);
declareProblem(
  'idempotency-key-reused',
  'rule',
  'Idempotency-Key reused',
  'This key was used for another operation or another body. Nothing was done; make a new key for a new intent.',
);
