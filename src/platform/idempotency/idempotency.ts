import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Transaction } from '../database/transaction.js';
import { DomainError } from '../errors/domain-error.js';
import { failPoint } from '../faults/fail-point.js';
import { type Answer, refused } from '../http/answer.js';
import { KeyInProgress, KeyReused } from './idempotency.errors.js';
import { ClaimBusy, type Claim, RecordsRepository, type StoredRecord } from './records.repository.js';
import { Resumption } from './resumption.js';
import { StoredAnswers } from './stored-answers.js';

/** What the claim is made of; `key` is undefined where it is optional and was not sent. */
export interface IdempotentRequest {
  key?: string;
  principalId: string;
  /** SHA-256 in hex. */
  fingerprint: string;
  /** Of the request, for the `instance` of a stored refusal. */
  path?: string;
  keptDays?: number;
}

/** Phase 1 ended in a commit, and an outside call is due: the named recovery point takes it from here, now or after a crash. */
export interface Resume {
  recoveryPoint: string;
  /** Id of what is in flight, such as the payment transaction. */
  resource: string;
}

/** Phases 2 and 3 of an operation with an outside call. */
export interface RecoveryPoint<Outcome = unknown> {
  name: string;
  /** Phase 2: the one outside call, outside any transaction; must be safe to repeat (same provider key). */
  call(resource: string): Promise<Outcome>;
  /** Phase 3: records the outcome, inside the transaction that stores the answer; must be safe to repeat. */
  record(resource: string, outcome: Outcome): Promise<Answer>;
}

type Work = () => Promise<Answer | Resume>;
type KeyedRequest = IdempotentRequest & { key: string };

/** Phase 1, committed. */
interface Claimed {
  result: Answer | Resume;
  claim: Claim;
}

/** How long a request waits for another one under its key; it holds no connection between two looks. */
const longestWaitMs = 2000;

@Injectable()
export class Idempotency {
  constructor(
    private readonly transaction: Transaction,
    private readonly records: RecordsRepository,
    private readonly answers: StoredAnswers,
    private readonly resumption: Resumption,
  ) {}

  /** Declares a recovery point; called once at start by the service that owns it. */
  register<Outcome>(point: RecoveryPoint<Outcome>): void {
    this.resumption.register(point);
  }

  /**
   * Runs `work` once per key: claim, work, events and stored answer are one transaction. A DomainError rolls the work back and,
   * where it is final, is stored as the answer. A `Resume` commits phase 1, then calls and records outside of it.
   */
  async run(request: IdempotentRequest, work: Work): Promise<Answer> {
    const { key } = request;
    if (key === undefined) return this.unclaimed(work);
    const giveUpAt = Date.now() + longestWaitMs;
    for (let wait = 25; ; wait = Math.min(wait * 2, 200)) {
      const answer = (await this.first({ ...request, key }, work)) ?? (await this.look({ ...request, key }));
      if (answer) return answer;
      if (Date.now() + wait > giveUpAt) throw new KeyInProgress();
      await pause(wait / 2 + (Math.random() * wait) / 2);
    }
  }

  private async unclaimed(work: Work): Promise<Answer> {
    const result = await this.transaction.run(async () => this.upToCommit(await work()));
    if (isResume(result)) return this.resumption.finish(result);
    await failPoint('after-commit-before-reply');
    return result;
  }

  /** The answer of the one request that has the claim; undefined for all others. */
  private async first(request: KeyedRequest, work: Work): Promise<Answer | undefined> {
    const done = await this.claimOrRefusal(request, work);
    if (!done || !isClaimed(done)) return done;
    if (isResume(done.result)) return this.resumption.finish(done.result, done.claim);
    await failPoint('after-commit-before-reply');
    return done.result;
  }

  private async claimOrRefusal(request: KeyedRequest, work: Work): Promise<Claimed | Answer | undefined> {
    try {
      return await this.transaction.run(() => this.claimed(request, work));
    } catch (error) {
      if (error instanceof ClaimTaken || error instanceof ClaimBusy) return undefined;
      if (error instanceof DomainError && error.isFinal) return this.refuse(request, error);
      throw error;
    }
  }

  private async claimed(request: KeyedRequest, work: Work): Promise<Claimed> {
    const claim = await this.records.claim(request);
    if (!claim) throw new ClaimTaken();
    await failPoint('after-claim');
    const result = await work();
    if (isResume(result)) {
      await this.records.suspend(claim, result);
      return { result: this.upToCommit(result), claim };
    }
    const answer = this.answers.write(result, claim);
    if (!(await this.records.complete(claim, answer)))
      throw new Error('a fresh claim was completed by another');
    return { result: this.upToCommit(answer), claim };
  }

  /** Registered after the work's own last writes, so that it stands right before the commit. */
  private upToCommit<T>(result: T): T {
    this.transaction.beforeCommit(this, () => failPoint('before-commit'));
    return result;
  }

  /** Stores a final refusal, whose work was rolled back; where another request has claimed since, its answer counts. */
  private async refuse(request: KeyedRequest, error: DomainError): Promise<Answer | undefined> {
    const answer = this.answers.write(refused(error), request);
    try {
      const isStored = await this.transaction.run(() => this.records.insertDone(request, answer));
      return isStored ? answer : undefined;
    } catch (failure) {
      if (failure instanceof ClaimBusy) return undefined;
      throw failure;
    }
  }

  /** What the record under the key says now; undefined while it is another's and unfinished. */
  private async look(request: KeyedRequest): Promise<Answer | undefined> {
    const record = await this.records.find(request.principalId, request.key);
    if (!record) return undefined;
    if (record.isExpired) {
      await this.records.discardExpired(record);
      return undefined;
    }
    if (record.fingerprint !== request.fingerprint) throw new KeyReused();
    if (record.answer) return this.answers.replay(record.answer);
    return this.takeOver(record);
  }

  private async takeOver(record: StoredRecord): Promise<Answer | undefined> {
    if (!record.resume || !record.isAbandoned || !this.resumption.knows(record.resume)) return undefined;
    const claim = await this.records.takeOver(record);
    return claim && this.resumption.finish(record.resume, claim);
  }
}

/** The key is another request's; thrown to roll the empty transaction back. */
class ClaimTaken extends Error {}

function isClaimed(done: Claimed | Answer): done is Claimed {
  return 'claim' in done;
}

function isResume(result: Answer | Resume): result is Resume {
  return 'recoveryPoint' in result;
}
