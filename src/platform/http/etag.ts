import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../errors/domain-error.js';

/** The version that the caller saw; undefined where If-Match was not sent. */
export type IfMatchVersion = { version: number; isAny?: boolean } | undefined;

const ours = /^"[A-Za-z-]+-(\d+)(?:\.[^"]*)?"$/;
const entityTag = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/** Strong ETag of a view: the aggregate's version first, then whatever else the view shows (versions of parts, a hash). */
export function etagOf(view: string, ...versions: (number | string)[]): string {
  return `"${view}-${versions.join('.')}"`;
}

/** Short hash of a view whose parts are live (availability, prices), for `etagOf(view, version, bodyHash(view))`. */
export function bodyHash(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);
}

export function parseIfMatch(header: string | undefined): IfMatchVersion {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return { version: 0, isAny: true };
  if (!entityTag.test(header.trim())) {
    throw new DomainError('malformed', 'if-match-invalid', 'If-Match takes one ETag', {
      errors: [{ pointer: '#/header/If-Match', code: 'if-match-invalid', message: 'must be one entity tag' }],
    });
  }
  // A weak or foreign tag is well formed and matches no version: 412.
  const version = ours.exec(header.trim())?.[1];
  return { version: version === undefined ? -1 : Number(version) };
}

/** The `If-Match` header as a version; give it to `requireMatch` once the aggregate is locked. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): IfMatchVersion => {
  return parseIfMatch(context.switchToHttp().getRequest<Request>().headers['if-match']);
});

/** Throws 428 without an If-Match and 412 where the aggregate has moved on. */
export function requireMatch(ifMatch: IfMatchVersion, version: number): void {
  if (!ifMatch)
    throw new DomainError(
      'precondition-required',
      'if-match-required',
      'send the ETag of what you saw as If-Match',
    );
  matchWhereSent(ifMatch, version);
}

/** As `requireMatch`, where If-Match is welcome and not required. */
export function matchWhereSent(ifMatch: IfMatchVersion, version: number): void {
  if (!ifMatch || ifMatch.isAny || ifMatch.version === version) return;
  throw new DomainError('precondition-failed', 'version-mismatch', 'it was changed since you read it', {
    extensions: { currentVersion: version },
  });
}

/** Whether `If-None-Match` holds this ETag (weak comparison, RFC 9110 13.1.2). */
export function noneMatchHolds(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
