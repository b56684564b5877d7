import { Injectable, Logger } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { RelayPool } from '../database/own-pools.js';
import { OutageLog } from '../logging/outage-log.js';
import { SerialConnection } from './serial-connection.js';

/** `outbox`: there is something to publish. `published`: events went out, as JSON. `streams`: keys whose streams grew, as JSON. */
export type Channel = 'outbox' | 'published' | 'streams';

const reconnectMs = 500;

type Told = (message: string) => void;

/** LISTEN and NOTIFY on a connection of its own, outside any transaction that writes. */
@Injectable()
export class DatabaseChannel {
  private readonly logger = new Logger(DatabaseChannel.name);
  private readonly loss = new OutageLog(this.logger, 'the connection that listens was lost');
  private readonly told = new Map<Channel, Told[]>();
  private readonly reconnected: (() => void)[] = [];
  private connection?: SerialConnection;
  private stopping?: AbortController;
  private running?: Promise<void>;

  constructor(private readonly pool: RelayPool) {}

  on(channel: Channel, told: Told): void {
    this.told.set(channel, [...(this.told.get(channel) ?? []), told]);
  }

  /** Called whenever messages may have been missed. */
  onReconnect(react: () => void): void {
    this.reconnected.push(react);
  }

  /** Sends it where the connection is up; a message that is lost is made up for by polls and ages. */
  tell(channel: Channel, message: string): void {
    this.connection
      ?.query({ text: 'select pg_notify($1, $2)', values: [nameOf(channel), message] })
      .catch((error: unknown) => this.logger.warn({ err: error }, `a notice on ${channel} was lost`));
  }

  start(): void {
    if (this.running) return;
    this.stopping = new AbortController();
    this.running = this.listen(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    await this.running;
    this.running = undefined;
  }

  private async listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.listenOnce(signal);
      } catch (error) {
        this.loss.warn(error);
        await pause(reconnectMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async listenOnce(signal: AbortSignal): Promise<void> {
    const client = await this.pool.connect();
    try {
      client.on('notification', ({ channel, payload }) => this.receive(channel, payload ?? ''));
      for (const channel of this.told.keys()) await client.query(`listen ${nameOf(channel)}`);
      this.connection = new SerialConnection(client);
      this.loss.end();
      for (const react of this.reconnected) react();
      await ended(client, signal);
    } finally {
      this.connection = undefined;
      client.release(true);
    }
  }

  private receive(name: string, message: string): void {
    for (const [channel, told] of this.told)
      if (nameOf(channel) === name) for (const tell of told) this.bring(channel, message, tell);
  }

  /** Whoever may connect to the database may send a notice, of whatever form; it is lost then, which polls and ages make up for. */
  private bring(channel: Channel, message: string, tell: Told): void {
    try {
      tell(message);
    } catch (error) {
      this.logger.warn({ err: error }, `a notice on ${channel} could not be read`);
    }
  }
}

export const nameOf = (channel: Channel): string => `shop_${channel}`;

function ended(client: PoolClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    client.once('error', reject);
    client.once('end', () => reject(new Error('the connection ended')));
  });
}
