import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { PoolConfig } from 'pg';

/** What PostgreSQL itself ends a session's work for; 0 means without end. */
export interface SessionLimits {
  statementMs: number;
  lockMs: number;
  idleInTransactionMs: number;
}

/** Of sessions that serve requests. */
export const requestLimits: SessionLimits = { statementMs: 3000, lockMs: 2000, idleInTransactionMs: 10_000 };

/** Of background work over many rows, and of migrations. */
export const longLimits: SessionLimits = { statementMs: 0, lockMs: 0, idleInTransactionMs: 0 };

pg.types.setTypeParser(pg.types.builtins.INT8, safeInteger);

/** A bigint column as number; money and counts stay below 2^53 by their checks, so anything beyond is a fault. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`${text} is beyond the integers that JavaScript counts exactly`);
  return value;
}

/** Settings of one pool; `acquireMs` is how long a caller waits for a connection, a new one included. */
export function poolConfig(
  url: string,
  name: string,
  limits: SessionLimits,
  size: { max: number; acquireMs: number },
): PoolConfig {
  return {
    connectionString: url,
    application_name: `shop ${name}`,
    max: size.max,
    connectionTimeoutMillis: size.acquireMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    keepAlive: true,
  };
}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (broken?: Error | boolean) => void,
) => void;

/**
 * A pool that outlives the database: a connection that breaks is logged and leaves the pool, whoever held it,
 * where `pg` alone would end the process with an unhandled 'error' event.
 */
export class EnduringPool extends pg.Pool {
  /** When a caller last waited in vain for a connection, in milliseconds of `Date.now()`; 0 for never. */
  lastTimeoutAt = 0;
  private readonly logger = new Logger('Database');

  constructor(config?: PoolConfig) {
    super(config);
    const tell = (error: Error): void =>
      this.logger.warn(`a connection to the database was lost: ${error.message}`);
    this.on('error', tell);
    this.on('connect', (client) => client.on('error', tell));
  }

  get max(): number {
    return this.options.max;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | void {
    if (!connected) return this.noting(super.connect());
    super.connect((error, client, release) => {
      if (error) this.note(error);
      connected(error, client, release);
    });
  }

  private async noting(connecting: Promise<pg.PoolClient>): Promise<pg.PoolClient> {
    try {
      return await connecting;
    } catch (error) {
      this.note(error);
      throw error;
    }
  }

  private note(error: unknown): void {
    if (error instanceof Error && error.message.startsWith('timeout exceeded'))
      this.lastTimeoutAt = Date.now();
  }
}

/** The driver for TypeORM, with the enduring pool in place of pg's. */
export const postgresDriver = Object.assign({}, pg, { Pool: EnduringPool });
