import { randomInt } from 'node:crypto';
import { Inject, Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { CONFIG, type Config } from '../config/config.js';
import { EnduringPool, longLimits, poolConfig } from '../database/connection.js';
import { databaseUrl } from '../database/database-url.js';
import { Workers } from '../workers/workers.js';

/** First half of the advisory lock's number; the second is the process's id. */
export const ownerLockClass = 7_255_102;

/** Holds a session lock for as long as this process lives, so that others see at once when what it began is nobody's. */
@Injectable()
export class ProcessOwner implements OnModuleInit, OnApplicationShutdown {
  readonly id = randomInt(1, 2 ** 31);
  private readonly pool: EnduringPool;
  private session: PoolClient | undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly workers: Workers,
  ) {
    this.pool = new EnduringPool(
      poolConfig(databaseUrl(config), 'owner', longLimits, { max: 1, acquireMs: 5000 }),
    );
  }

  async onModuleInit(): Promise<void> {
    await this.hold();
    this.workers.every('idempotency.owner', 2000, () => this.hold());
  }

  async onApplicationShutdown(): Promise<void> {
    this.session?.release(true);
    await this.pool.end();
  }

  /** Takes the lock, and again on a new session where the one that had it was lost. */
  private async hold(): Promise<number> {
    try {
      this.session ??= await this.pool.connect();
      const held = `select pg_try_advisory_lock($1::int, $2::int)
        where not exists (select 1 from pg_locks where pid = pg_backend_pid() and locktype = 'advisory')`;
      await this.session.query(held, [ownerLockClass, this.id]);
      return 0;
    } catch (error) {
      this.session?.release(true);
      this.session = undefined;
      throw error;
    }
  }
}
