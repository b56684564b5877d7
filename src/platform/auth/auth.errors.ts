import { DomainError } from '../errors/domain-error.js';

/** No proof was sent, and one is needed. */
export class SignInNeeded extends DomainError {
  constructor() {
    super('unauthenticated', 'unauthenticated', 'send a Cart-Token, an Order-Token or a bearer token', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
}

/** A bearer token was sent and is not good; `reason` is plain words without quotes. */
export class TokenInvalid extends DomainError {
  constructor(reason = 'it is not one that this server accepts') {
    super('unauthenticated', 'token-invalid', `the bearer token is refused: ${reason}`, {
      headers: { 'WWW-Authenticate': `Bearer error="invalid_token", error_description="${reason}"` },
    });
  }
}

/** Known, and not allowed. */
export class PermissionMissing extends DomainError {
  constructor(permission: string) {
    super('forbidden', 'forbidden', `this needs ${permission}`, {
      headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${permission}"` },
    });
  }
}

/** A guest's token that was spent or never issued: what it would open does not exist for the one who shows it. */
export class NothingBehindToken extends DomainError {
  constructor() {
    super('not-found', 'not-found', 'there is nothing that this token opens');
  }
}
