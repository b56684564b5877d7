import { Logger } from '@nestjs/common';
import { createClient } from 'redis';
import { tierErrors, tierUp } from './cache-metrics.js';

/** Longest wait for an answer, in milliseconds; the database answers sooner than a Redis that is later than this. */
const answerTimeoutMs = 100;

const probeIntervalMs = 1000;
const firstReconnectMs = 50;
const longestReconnectMs = 1000;

const tier = 'redis';

class RedisTooLate extends Error {}
class RedisNotUsed extends Error {}

/**
 * A connection that nobody waits for: while Redis is away, slow or frozen every command fails at once, and a probe beside
 * the requests, not one of them, finds out that it is back.
 */
export class RedisConnection {
  readonly client: ReturnType<typeof createClient>;
  private readonly logger = new Logger('Redis');
  private state: 'new' | 'up' | 'down' | 'closed' = 'new';
  private isProbing = false;
  private probes?: NodeJS.Timeout;

  constructor(url: string) {
    this.client = createClient({
      url,
      disableOfflineQueue: true,
      socket: {
        connectTimeout: 500,
        socketTimeout: 3000,
        reconnectStrategy: (retries) => Math.min(firstReconnectMs * 2 ** retries, longestReconnectMs),
      },
    });
    this.client.on('error', (error: unknown) => this.lose(error));
    this.client.on('ready', () => void this.probe());
    tierUp.set({ tier }, 0);
  }

  get isUp(): boolean {
    return this.state === 'up';
  }

  /** Tries until it succeeds or is closed, in the background. */
  open(): void {
    this.client.connect().catch((error: unknown) => this.lose(error));
    this.probes = setInterval(() => void this.probe(), probeIntervalMs);
  }

  close(): void {
    this.state = 'closed';
    tierUp.set({ tier }, 0);
    clearInterval(this.probes);
    this.client.destroy();
  }

  /** Rejects at once where Redis is not up, and after 100 ms where it does not answer; then it is not asked until a probe succeeds. */
  async run<T>(command: () => Promise<T>): Promise<T> {
    if (!this.isUp) {
      tierErrors.inc({ tier, reason: 'not-used' });
      throw new RedisNotUsed('Redis is not up');
    }
    return this.ask(command());
  }

  private async ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await inTime(answer);
    } catch (error) {
      const isLate = error instanceof RedisTooLate;
      tierErrors.inc({ tier, reason: isLate ? 'timeout' : 'failure' });
      // A refusal, or a value that is not ours, says nothing against the server.
      if (isLate) this.lose(error);
      throw error;
    }
  }

  /** One at a time: where nothing is answered nothing more is written, so that the socket runs into its own timeout. */
  private async probe(): Promise<void> {
    if (this.isProbing || !this.client.isReady) return;
    this.isProbing = true;
    const answer = this.client.ping();
    await this.ask(answer).then(
      () => this.gain(),
      (error: unknown) => this.lose(error),
    );
    await Promise.allSettled([answer]);
    this.isProbing = false;
  }

  private gain(): void {
    if (this.state === 'up' || this.state === 'closed') return;
    this.state = 'up';
    tierUp.set({ tier }, 1);
    this.logger.log('Redis answers: the cache has its second tier');
  }

  private lose(error: unknown): void {
    if (this.state === 'down' || this.state === 'closed') return;
    this.state = 'down';
    tierUp.set({ tier }, 0);
    this.logger.warn({ err: error }, 'Redis does not answer: the cache goes on in memory alone');
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new RedisTooLate(`no answer within ${answerTimeoutMs} ms`));
    // Where this process was the busy one, the answer lies in the socket and is read before the immediate.
    const timer = setTimeout(() => setImmediate(refuse), answerTimeoutMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
