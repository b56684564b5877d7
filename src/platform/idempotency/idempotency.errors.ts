import { DomainError } from '../errors/domain-error.js';

const pointer = '#/header/Idempotency-Key';

export class KeyMissing extends DomainError {
  constructor() {
    super(
      'malformed',
      'idempotency-key-missing',
      'this operation needs an Idempotency-Key, so that a retry cannot do it twice',
      {
        headers: { Link: '</problems/idempotency-key-missing>; rel="describedby"' },
        errors: [{ pointer, code: 'required', message: 'is missing' }],
      },
    );
  }
}

export class KeyInvalid extends DomainError {
  constructor(message: string) {
    super('malformed', 'idempotency-key-invalid', `the Idempotency-Key ${message}`, {
      errors: [{ pointer, code: 'idempotency-key-invalid', message }],
    });
  }
}

/** The key was used for another operation or another body; nothing is run. */
export class KeyReused extends DomainError {
  constructor() {
    super(
      'rule',
      'idempotency-key-reused',
      'this Idempotency-Key was used for another operation or another body',
    );
  }
}

export class KeyInProgress extends DomainError {
  constructor() {
    super(
      'conflict',
      'idempotency-in-progress',
      'the first request under this Idempotency-Key is not finished',
      { retryAfterSeconds: 1 },
    );
  }
}
