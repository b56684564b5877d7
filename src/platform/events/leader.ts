import { Injectable, Logger } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { RelayPool } from '../database/own-pools.js';
import { OutageLog } from '../logging/outage-log.js';
import { SerialConnection } from './serial-connection.js';

/** The connection that holds the lock: what is written through it cannot be written by a process that lost its place. */
export type Connection = Pick<SerialConnection, 'query'>;

/** What one process per database does. It ends soon after `signal` aborts, and by throwing when the connection is gone. */
export type Duty = (connection: Connection, signal: AbortSignal) => Promise<void>;

/** Any number, as long as all versions of the program agree on it. */
const leaderLock = 7_255_102;

/**
 * A leader whose machine is gone says no farewell; the database then asks after its session and ends it within half a
 * minute, where its own default is two hours. In seconds, but for the count.
 */
const watchSession =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3';

/** How soon another process takes over, and how soon a lost connection is tried again, in milliseconds. */
const takeOverMs = 500;

/** One active process per database, chosen by a session's advisory lock: when the process or its connection dies, another takes over. */
@Injectable()
export class Leader {
  private readonly loss = new OutageLog(
    new Logger(Leader.name),
    'the relay lost its place and will try again',
  );
  private readonly stopping = new AbortController();
  private running?: Promise<void>;

  constructor(private readonly pool: RelayPool) {}

  start(duties: readonly Duty[]): void {
    this.running ??= this.stand(duties);
  }

  /** Lets what is under way come to its end. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async stand(duties: readonly Duty[]): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.tryToLead(duties);
      } catch (error) {
        this.loss.warn(error);
      }
      await pause(takeOverMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async tryToLead(duties: readonly Duty[]): Promise<void> {
    const client = await this.pool.connect();
    let isLeader = true;
    try {
      const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
        leaderLock,
      ]);
      this.loss.end();
      isLeader = rows[0]?.held === true;
      if (!isLeader) return;
      await client.query(watchSession);
      await this.lead(client, duties);
    } finally {
      // Only the end of the session frees the lock for sure.
      client.release(isLeader);
    }
  }

  /** All duties or none: when one fails the others stop too, and all begin anew. */
  private async lead(client: PoolClient, duties: readonly Duty[]): Promise<void> {
    const lost = new AbortController();
    client.once('error', () => lost.abort());
    const signal = AbortSignal.any([this.stopping.signal, lost.signal]);
    const connection = new SerialConnection(client);
    const running = duties.map(async (duty) => {
      try {
        await duty(connection, signal);
      } finally {
        lost.abort();
      }
    });
    await Promise.allSettled(running);
    await Promise.all(running);
  }
}
