import { createParamDecorator, type ExecutionContext, SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { AuthenticatedRequest } from '../auth/authenticated-request.js';
import { PERMISSION, type PermissionMark } from '../auth/permission.decorator.js';
import { fingerprintOf } from './fingerprint.js';
import type { IdempotentRequest } from './idempotency.js';
import { scopeOf } from './idempotency-key.js';

export const IDEMPOTENT = 'idempotency:mark';
export const NOT_IDEMPOTENT = 'idempotency:none';

export interface IdempotentMark {
  /** Whether a request without Idempotency-Key is refused (where money, stock or parcels move). */
  required: boolean;
  /** Days the answer is kept; 30 for `payments:*`, else 3. */
  keptDays?: number;
}

/** Marks a POST handler; its body is `return this.idempotency.run(request, () => …)` with `@ClaimKey() request`. */
export const Idempotent = (mark: IdempotentMark): MethodDecorator =>
  applyDecorators(
    SetMetadata(IDEMPOTENT, mark),
    ApiHeader({
      name: 'Idempotency-Key',
      required: mark.required,
      description:
        'makes a retry safe: make a UUID, save it, send it with every try until there is a final answer',
      schema: { type: 'string', minLength: 16, maxLength: 255 },
    }),
  );

/** For a POST that has another guard against repetition, such as a provider's event id; `reason` says which. */
export const NotIdempotent = (reason: string): MethodDecorator => SetMetadata(NOT_IDEMPOTENT, reason);

export function claimOf(_: unknown, context: ExecutionContext): IdempotentRequest {
  const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
  const mark = Reflect.getMetadata(IDEMPOTENT, context.getHandler()) as IdempotentMark | undefined;
  const permission = Reflect.getMetadata(PERMISSION, context.getHandler()) as PermissionMark | undefined;
  if (!mark || !request.authorised)
    throw new Error('@ClaimKey needs @Idempotent and @Permission on its handler');
  const header = request.headers['idempotency-key'];
  const scope = scopeOf(
    Array.isArray(header) ? header.join() : header,
    request.authorised.principal,
    mark.required,
  );
  const fingerprint = fingerprintOf({ method: request.method, url: request.originalUrl, body: request.body });
  const movesMoney = permission?.permission.startsWith('payments:') === true;
  return { ...scope, fingerprint, path: request.path, keptDays: mark.keptDays ?? (movesMoney ? 30 : 3) };
}

/** What `Idempotency.run` claims: the key in its scope and the request's fingerprint. */
export const ClaimKey = createParamDecorator(claimOf);
