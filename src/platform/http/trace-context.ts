import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { runInContext } from './request-context.js';

const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const nobody = '0'.repeat(32);

/** The trace id of a W3C `traceparent`, or a new one where it is missing or broken. */
export function traceIdOf(header: string | undefined): string {
  const given = traceparent.exec(header ?? '')?.[1];
  return given === undefined || given === nobody ? randomBytes(16).toString('hex') : given;
}

/** Opens the context that every log line, problem document and event of the request refers to. */
export function openContext(request: Request, _response: Response, next: NextFunction): void {
  const header = request.headers['traceparent'];
  const traceId = traceIdOf(typeof header === 'string' ? header : undefined);
  runInContext({ traceId, principal: { kind: 'anonymous' } }, next);
}
