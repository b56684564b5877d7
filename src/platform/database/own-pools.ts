import { Inject, Injectable, OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { EnduringPool, longLimits, poolConfig, requestLimits } from './connection.js';
import { databaseUrl } from './database-url.js';

/** Connections of the relay and its listeners' wake-up, so that events flow while requests hold all others. */
@Injectable()
export class RelayPool extends EnduringPool implements OnApplicationShutdown {
  constructor(@Inject(CONFIG) config: Config) {
    super(poolConfig(databaseUrl(config), 'relay', longLimits, { max: 3, acquireMs: 5000 }));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}

/** Connections of the health checks, so that a full pool is not taken for a lost database. */
@Injectable()
export class HealthPool extends EnduringPool implements OnApplicationShutdown {
  constructor(@Inject(CONFIG) config: Config) {
    super(poolConfig(databaseUrl(config), 'health', requestLimits, { max: 2, acquireMs: 1000 }));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}
