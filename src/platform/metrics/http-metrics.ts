import type { NextFunction, Request, Response } from 'express';
import { defineHistogram } from './define-metric.js';

const requests = defineHistogram(
  'http_request_duration_seconds',
  'Time from the first byte of a request to the last of its answer',
  ['method', 'route', 'status'],
);

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Rate, errors and duration of every request, by the route's template: an address with an id in it is not a label. */
export function measureRequests(request: Request, response: Response, next: NextFunction): void {
  const startedAt = process.hrtime.bigint();
  response.once('close', () => {
    // How long a reader stays with a stream of events says nothing of how fast it is served.
    if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const method = knownMethods.has(request.method) ? request.method : 'other';
    requests.observe({ method, route: templateOf(request), status: statusOf(response) }, seconds);
  });
  next();
}

function templateOf(request: Request): string {
  // Express types `route` as any; it is unset where no route matched.
  const route = request.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : 'none';
}

function statusOf(response: Response): number | string {
  return response.writableFinished ? response.statusCode : 'aborted';
}
