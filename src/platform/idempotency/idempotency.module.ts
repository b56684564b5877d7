import { Global, Module } from '@nestjs/common';
import { CleanUpRepository } from './clean-up.repository.js';
import { IdempotencyCheck } from './idempotency.check.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyWorkers } from './idempotency.workers.js';
import { ProcessOwner } from './process-owner.js';
import { RecordsRepository } from './records.repository.js';
import { Resumption } from './resumption.js';
import { StoredAnswers } from './stored-answers.js';

@Global()
@Module({
  providers: [
    CleanUpRepository,
    Idempotency,
    IdempotencyCheck,
    IdempotencyWorkers,
    ProcessOwner,
    RecordsRepository,
    Resumption,
    StoredAnswers,
  ],
  exports: [Idempotency],
})
export class IdempotencyModule {}
