import { Injectable } from '@nestjs/common';
import { Transaction } from '../database/transaction.js';
import { DomainError } from '../errors/domain-error.js';
import { failPoint } from '../faults/fail-point.js';
import { type Answer, refused } from '../http/answer.js';
import type { RecoveryPoint, Resume } from './idempotency.js';
import { type Claim, RecordsRepository } from './records.repository.js';
import { StoredAnswers } from './stored-answers.js';

/** Phases 2 and 3 of operations with an outside call, in the request or taken up after a crash. */
@Injectable()
export class Resumption {
  private readonly points = new Map<string, RecoveryPoint>();

  constructor(
    private readonly transaction: Transaction,
    private readonly records: RecordsRepository,
    private readonly answers: StoredAnswers,
  ) {}

  register<Outcome>(point: RecoveryPoint<Outcome>): void {
    if (this.points.has(point.name)) throw new Error(`recovery point ${point.name} is registered twice`);
    // What `record` gets is what `call` of the same point gave.
    this.points.set(point.name, point);
  }

  knows({ recoveryPoint }: Resume): boolean {
    return this.points.has(recoveryPoint);
  }

  /** Calls, records and answers; without a claim (no key was sent) nothing is stored. */
  async finish(resume: Resume, claim?: Claim): Promise<Answer> {
    const point = this.points.get(resume.recoveryPoint);
    if (!point) throw new Error(`recovery point ${resume.recoveryPoint} is not registered`);
    this.transaction.refuseInside(`recovery point ${point.name}`);
    try {
      await failPoint('before-provider');
      const outcome = await point.call(resume.resource);
      await failPoint('after-provider-before-record');
      const answer = await this.record(claim, () => point.record(resume.resource, outcome));
      await failPoint('after-commit-before-reply');
      return answer;
    } catch (error) {
      if (!claim) throw error;
      if (error instanceof DomainError && error.isFinal)
        return this.record(claim, () => Promise.resolve(refused(error)));
      await this.records.release(claim);
      throw error;
    }
  }

  /** Phase 3. A late writer's outcome is kept, and the stored answer, if there is one, stays the only one. */
  private async record(claim: Claim | undefined, work: () => Promise<Answer>): Promise<Answer> {
    return this.transaction.run(async () => {
      const answer = await work();
      if (!claim) return answer;
      const written = this.answers.write(answer, claim);
      if (isPassing(written.written.status)) {
        await this.records.drop(claim);
        return written;
      }
      if (await this.records.complete(claim, written)) return written;
      const other = await this.records.find(claim.principalId, claim.key);
      return other?.answer ? this.answers.replay(other.answer) : answer;
    }, 'settlement');
  }
}

/** Kept, it would be the answer to every retry, which is just what it asks for. */
const isPassing = (status: number): boolean => status >= 500 || status === 429;
