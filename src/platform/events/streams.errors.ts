import { DomainError } from '../errors/domain-error.js';
import { declareProblem } from '../errors/problems.js';

/** Soon enough to be let in when a place is free, late enough not to be a load of its own. */
const retryAfterSeconds = 5;

export class ServerFullOfStreams extends DomainError {
  constructor() {
    super('unavailable', 'too-many-streams', 'all places for streams are taken here', { retryAfterSeconds });
  }
}

export class TooManyReaders extends DomainError {
  constructor(limit: number) {
    super('too-many', 'too-many-readers', `${limit} readers follow this already`, {
      retryAfterSeconds,
      extensions: { limit },
    });
  }
}

/** The events that would come next are older than the shop keeps them. */
export class EventsGone extends DomainError {
  constructor() {
    super('gone', 'events-gone', 'the events after this one are no longer kept');
  }
}

declareProblem(
  'too-many-streams',
  'unavailable',
  'No place for a stream',
  'This server follows as many streams as it may (SSE_MAX_STREAMS). Try again after Retry-After, with the same Last-Event-ID.',
);
declareProblem(
  'too-many-readers',
  'too-many',
  'Too many readers',
  'As many readers as may do so follow this already. Close one, or try again after Retry-After.',
);
declareProblem(
  'events-gone',
  'gone',
  'Events gone',
  'Events after this Last-Event-ID are older than the shop keeps them. Read the object itself, then follow it anew without Last-Event-ID.',
);
