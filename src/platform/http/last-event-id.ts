import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../errors/domain-error.js';
import { declareProblem } from '../errors/problems.js';

/** It is no number, or above the last that the stream gave. */
export class LastEventIdInvalid extends DomainError {
  constructor(message: string) {
    super('malformed', 'last-event-id-invalid', 'Last-Event-ID is none that this stream gave', {
      errors: [{ pointer: '#/header/Last-Event-ID', code: 'last-event-id-invalid', message }],
    });
  }
}

declareProblem(
  'last-event-id-invalid',
  'malformed',
  'Last-Event-ID invalid',
  'Send the `id` of the last event that you read, or leave the header out to start with the oldest event that is kept.',
);

/** The `Last-Event-ID` header; undefined where it was not sent. */
export const LastEventId = createParamDecorator(
  (_: unknown, context: ExecutionContext): number | undefined => {
    const header = context.switchToHttp().getRequest<Request>().headers['last-event-id'];
    if (header === undefined) return undefined;
    if (typeof header !== 'string' || !/^\d{1,9}$/.test(header))
      throw new LastEventIdInvalid('must be a number');
    return Number(header);
  },
);
