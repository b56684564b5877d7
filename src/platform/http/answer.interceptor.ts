import {
  CallHandler,
  ExecutionContext,
  Injectable,
  NestInterceptor,
  NotAcceptableException,
  StreamableFile,
} from '@nestjs/common';
import { HEADERS_METADATA, HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Observable, map } from 'rxjs';
import { type Answer, isAnswer } from './answer.js';
import { noneMatchHolds } from './etag.js';
import { currentContext } from './request-context.js';
import { jsonType, toWire } from './wire-answer.js';

const tokenHeader = { cart: 'Cart-Token', order: 'Order-Token', webhook: 'Webhook-Secret' } as const;

/** What `@Header` leaves on a handler. */
interface Header {
  name: string;
  value: string;
}

/** Writes what handlers answer: an Answer with its headers, any other object as 200. Pages and streams pass as they are. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const headers = this.reflector.get<Header[] | undefined>(HEADERS_METADATA, context.getHandler()) ?? [];
    const ownType = headers.find(({ name }) => name === 'Content-Type')?.value;
    const hasOwnType = ownType !== undefined;
    if (!request.accepts(hasOwnType ? [ownType] : ['application/json', 'application/problem+json'])) {
      throw new NotAcceptableException(`answers are ${ownType ?? 'application/json'}`);
    }
    const hasOwnStatus =
      this.reflector.get<number | undefined>(HTTP_CODE_METADATA, context.getHandler()) !== undefined;
    return next.handle().pipe(
      map((result: unknown) => {
        if (isAnswer(result)) return write(result, request, response);
        if (!isView(result)) return result;
        if (!hasOwnStatus) response.status(200);
        if (!hasOwnType) response.setHeader('Content-Type', jsonType);
        return hasOwnType ? result : JSON.stringify(result);
      }),
    );
  }
}

function isView(result: unknown): result is object {
  return (
    typeof result === 'object' &&
    result !== null &&
    !(result instanceof StreamableFile) &&
    !Buffer.isBuffer(result)
  );
}

function write(answer: Answer, request: Request, response: Response): string | undefined {
  const wire = toWire(answer, { instance: request.path, traceId: currentContext()?.traceId ?? '' });
  for (const [name, value] of Object.entries(wire.headers)) response.setHeader(name, value);
  if (answer.token) response.setHeader(tokenHeader[answer.token.purpose], answer.token.token);
  if (answer.isReplay) response.setHeader('Idempotent-Replayed', 'true');
  const etag = wire.headers['ETag'];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (
    isRead &&
    wire.status === 200 &&
    etag !== undefined &&
    noneMatchHolds(request.headers['if-none-match'], etag)
  ) {
    response.removeHeader('Content-Type');
    response.status(304);
    return undefined;
  }
  response.status(wire.status);
  return wire.body;
}
