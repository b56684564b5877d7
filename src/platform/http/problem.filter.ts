import { ArgumentsHost, Catch, ExceptionFilter, Logger, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';
import { type Problem, occurrence, problemOf } from './problem.js';
import { currentContext } from './request-context.js';
import { traceIdOf } from './trace-context.js';
import { writeProblem } from './wire-answer.js';

/** Above this a body that nobody read is not waited for: the connection is closed. */
const longestDrainBytes = 1_000_000;

/** Makes every error of a request a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = this.ofRoute(error, request) ?? problemOf(error);
    this.log(error, problem, request);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const traceId = currentContext()?.traceId ?? traceIdOf(undefined);
    const wire = writeProblem(problem, { instance: request.path, traceId });
    response.status(wire.status);
    for (const [name, value] of Object.entries(wire.headers)) response.setHeader(name, value);
    if (isLongUnread(request)) response.setHeader('Connection', 'close');
    response.send(wire.body);
  }

  /** 405 where the path is known under other methods: Nest itself answers 404. */
  private ofRoute(error: unknown, request: Request): Problem | undefined {
    if (!(error instanceof NotFoundException) || request.route !== undefined) return undefined;
    const allowed = allowedMethods(request.app, request.path);
    if (allowed.length === 0 || allowed.includes(request.method)) return undefined;
    const problem = occurrence(
      'method-not-allowed',
      `${request.method} is none of the methods of this address`,
    );
    return { ...problem, headers: { Allow: allowed.join(', ') } };
  }

  private log(error: unknown, problem: Problem, request: Request): void {
    const route = { method: request.method, path: request.path, code: problem.entry.code };
    if (problem.entry.code === 'internal-error')
      this.logger.error({ ...route, err: error }, 'a request failed');
    else if (problem.entry.status >= 500)
      this.logger.warn({ ...route, reason: String(error) }, 'a request was turned away');
  }
}

function isLongUnread(request: Request): boolean {
  if (request.complete) return false;
  const length = request.headers['content-length'];
  return length === undefined || Number(length) > longestDrainBytes;
}
