import { Inject, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { runInContext } from '../http/request-context.js';
import { Workers } from '../workers/workers.js';
import { CleanUpRepository } from './clean-up.repository.js';
import { RecordsRepository, type StoredRecord } from './records.repository.js';
import { Resumption } from './resumption.js';

const batch = 10;

/** Takes up what a crash cut off between phases, and clears away what has been kept long enough. */
@Injectable()
export class IdempotencyWorkers implements OnModuleInit {
  private readonly logger = new Logger(IdempotencyWorkers.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly workers: Workers,
    private readonly records: RecordsRepository,
    private readonly cleanUp: CleanUpRepository,
    private readonly resumption: Resumption,
  ) {}

  onModuleInit(): void {
    this.workers.every('idempotency.resume', this.config.SETTLE_INTERVAL_MS, () => this.resume());
    this.workers.every('idempotency.clean-up', this.config.SWEEP_INTERVAL_MS, () =>
      this.cleanUp.deleteExpired(),
    );
    this.workers.every('idempotency.give-up', 60_000, () => this.giveUp());
  }

  private async resume(): Promise<number> {
    const abandoned = await this.records.abandoned(batch);
    const finished = await Promise.all(abandoned.map((record) => this.finish(record)));
    return finished.filter(Boolean).length;
  }

  /** One that fails keeps its lease, so that it is tried again when that has run out. */
  private async finish(record: StoredRecord): Promise<boolean> {
    if (!record.resume || !this.resumption.knows(record.resume)) return false;
    const { resume, traceId } = record;
    const claim = await this.records.takeOver(record);
    if (!claim) return false;
    const context = { traceId, principal: { kind: 'system', worker: 'idempotency.resume' } as const };
    try {
      await runInContext(context, () => this.resumption.finish(resume, claim));
      return true;
    } catch (error) {
      this.logger.error({ err: error, ...resume }, 'an operation could not be finished yet');
      return false;
    }
  }

  private async giveUp(): Promise<number> {
    const lost = await this.cleanUp.giveUpOldest();
    for (const one of lost)
      this.logger.error(
        one,
        'unfinished for 23 hours: a person must look at the provider’s side before it is sent again',
      );
    return 0;
  }
}
