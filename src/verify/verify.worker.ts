import { Inject, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { defineGauge } from '../platform/metrics/index.js';
import { Workers } from '../platform/workers/workers.js';
import type { Finding } from './invariant.js';
import { VerifyService } from './verify.service.js';

const violationsGauge = defineGauge(
  'invariant_violations',
  'rows that violate an invariant of docs/guarantees.md; alert above 0',
  ['invariant'],
);

/** The same proof as `cli verify`, online. */
@Injectable()
export class VerifyWorker implements OnModuleInit {
  private readonly logger = new Logger(VerifyWorker.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly workers: Workers,
    private readonly verify: VerifyService,
  ) {}

  onModuleInit(): void {
    this.workers.every('verify', this.config.VERIFY_INTERVAL_MS, async () => {
      this.publish(await this.verify.prove());
      return 0;
    });
  }

  private publish(findings: Finding[]): void {
    const sums = new Map<string, number>();
    for (const { id, violations } of findings) sums.set(id, (sums.get(id) ?? 0) + violations);
    for (const [invariant, violations] of sums) violationsGauge.set({ invariant }, violations);
    for (const { id, title, violations, examples } of findings.filter((finding) => finding.violations > 0)) {
      this.logger.error({ invariant: id, violations, examples }, `violated: ${title}`);
    }
  }
}
