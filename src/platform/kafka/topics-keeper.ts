import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { CONFIG, type Config } from '../config/config.js';
import { TopicsService } from './topics.service.js';

const againAfterMs = 1000;

/** Applies the topics at the start, as soon as the brokers answer; in production a person does by `cli topics apply`. */
@Injectable()
export class TopicsKeeper {
  private readonly logger = new Logger('Kafka');
  private readonly stopping = new AbortController();
  private running?: Promise<void>;

  constructor(
    private readonly topics: TopicsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  start(): void {
    if (this.config.mode !== 'production') this.running ??= this.applyOnce();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async applyOnce(): Promise<void> {
    const { signal } = this.stopping;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      try {
        const { differing } = await this.topics.apply();
        for (const sentence of differing) this.logger.warn(sentence);
        return;
      } catch (error) {
        if (isFirst) this.logger.warn({ err: error }, 'the topics are applied once the brokers answer');
        await pause(againAfterMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
