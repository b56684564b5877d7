import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Config } from '../config/config.js';
import { longLimits, poolConfig, postgresDriver, requestLimits } from './connection.js';
import { databaseUrl } from './database-url.js';

/** Of the `settlement` data source. */
const settlementConnections = 3;
const settlementAcquireMs = 5000;

function options(url: string): DataSourceOptions & { type: 'postgres' } {
  return {
    type: 'postgres',
    url,
    driver: postgresDriver,
    synchronize: false,
    installExtensions: false,
    logging: false,
  };
}

/** A connection that is refused at start is tried again for ten seconds; `start` has waited for the database before. */
const patience = { retryAttempts: 20, retryDelay: 500 };

/** The data source of requests and workers; rooms add their entities by `TypeOrmModule.forFeature`. */
export function mainOptions(config: Config): TypeOrmModuleOptions {
  const url = databaseUrl(config);
  const size = { max: config.DATABASE_POOL_SIZE, acquireMs: config.DATABASE_ACQUIRE_TIMEOUT_MS };
  return {
    ...options(url),
    ...patience,
    autoLoadEntities: true,
    extra: poolConfig(url, 'main', requestLimits, size),
  };
}

/** The data source that records payments' outcomes while shoppers hold all connections of `main`; it knows the same entities. */
export function settlementOptions(config: Config, main: DataSource): TypeOrmModuleOptions {
  const url = databaseUrl(config);
  const size = { max: settlementConnections, acquireMs: settlementAcquireMs };
  return {
    ...options(url),
    ...patience,
    entities: main.options.entities,
    extra: poolConfig(url, 'settlement', requestLimits, size),
  };
}

export function migrationOptions(url: string, migrations: MigrationList): DataSourceOptions {
  return {
    ...options(url),
    migrations: [...migrations],
    migrationsTableName: migrationTable,
    extra: poolConfig(url, 'migrate', longLimits, { max: 1, acquireMs: 5000 }),
  };
}

export const migrationTable = 'migration';

/** The classes of `src/migrations.ts`; listed, since a glob finds other files in `dist` than in `src`. */
export type MigrationList = readonly (new () => { up: unknown; down: unknown })[];
