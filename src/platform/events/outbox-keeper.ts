import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { Workers } from '../workers/workers.js';
import { Inbox } from './inbox.js';
import { OutboxDaysRepository } from './outbox-days.repository.js';

/** Partitions that are there before their day comes; a server that was off for longer uses the default one at first. */
const daysAhead = 7;

const keepIntervalMs = 600_000;
const forgottenAtOnce = 1000;

/** Makes the outbox's days before they come, and drops what nobody can ask for any more. */
@Injectable()
export class OutboxKeeper implements OnModuleInit {
  constructor(
    private readonly workers: Workers,
    private readonly days: OutboxDaysRepository,
    private readonly inbox: Inbox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    const { OUTBOX_RETENTION_DAYS: retentionDays, KAFKA_RETENTION_DAYS: topicDays } = this.config;
    this.workers.every('events.open-days', keepIntervalMs, () => this.days.open(daysAhead));
    this.workers.every('events.drop-days', keepIntervalMs, () => this.dropDays(retentionDays));
    // What is replayed on its last day here lies in the topics for as long again; a week and a day more for who is late.
    this.workers.every('events.forget', keepIntervalMs, () =>
      this.inbox.forget(retentionDays + topicDays + 8, forgottenAtOnce),
    );
  }

  private async dropDays(retentionDays: number): Promise<number> {
    const names = await this.days.finished(retentionDays);
    for (const name of names) await this.days.drop(name);
    return names.length;
  }
}
