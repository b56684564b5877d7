import { DomainError } from '../errors/domain-error.js';
import { declareProblem } from '../errors/problems.js';

export class DeadLetterNotFound extends DomainError {
  constructor(id: string) {
    super('not-found', 'dead-letter-not-found', `there is no dead letter ${id}`);
  }
}

/** Only the beginning of what came is kept, so there is nothing that could be told again. */
export class DeadLetterTruncated extends DomainError {
  constructor(id: string) {
    super(
      'conflict',
      'dead-letter-truncated',
      `of the message of dead letter ${id} only the first 64 kB are kept, so it cannot be redriven`,
    );
  }
}

declareProblem(
  'dead-letter-not-found',
  'not-found',
  'No such dead letter',
  'It never was, it was redriven, or somebody dropped it. The list shows what there is.',
);
declareProblem(
  'dead-letter-truncated',
  'conflict',
  'Dead letter cut off',
  'The message was too large to keep. Have its sender publish it again, smaller, and drop the letter.',
);
