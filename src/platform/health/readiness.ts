import { BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import type { MigrationList } from '../database/data-sources.js';
import { MainPool } from '../database/main-pool.js';
import { HealthPool } from '../database/own-pools.js';
import { MIGRATIONS, missingMigrations } from '../database/schema-state.js';

/** How long after a request waited in vain for a connection the server still counts as busy, in milliseconds. */
const busyForMs = 2000;

/** What must hold for this process to be sent requests; each part is a health indicator of its own. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private isClosing = false;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly pool: HealthPool,
    private readonly main: MainPool,
    @Inject(MIGRATIONS) private readonly migrations: MigrationList,
  ) {}

  get parts(): (() => Promise<HealthIndicatorResult> | HealthIndicatorResult)[] {
    return [() => this.serving(), () => this.schema(), () => this.connections()];
  }

  /** From now on not ready, so that whoever balances the load looks elsewhere while the last requests end. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
  }

  private serving(): HealthIndicatorResult {
    const check = this.indicators.check('serving');
    return this.isClosing ? check.down('shutting down') : check.up();
  }

  /** Whether the database answers, and has seen every migration this program needs. */
  private async schema(): Promise<HealthIndicatorResult> {
    const check = this.indicators.check('database');
    try {
      const missing = await missingMigrations(this.pool, this.migrations);
      return missing.length === 0
        ? check.up()
        : check.down(`the schema is older than this program, run \`cli migrate\`: ${missing.join(', ')}`);
    } catch (error) {
      return check.down(error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether requests still get connections. */
  private connections(): HealthIndicatorResult {
    const check = this.indicators.check('connections');
    const { max, totalCount, idleCount, waitingCount, lastTimeoutAt } = this.main.pool;
    const figures = { max, open: totalCount, idle: idleCount, waiting: waitingCount };
    return Date.now() - lastTimeoutAt < busyForMs
      ? check.down({ ...figures, message: 'all are taken' })
      : check.up(figures);
  }
}
