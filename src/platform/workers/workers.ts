import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { runInContext } from '../http/request-context.js';
import { randomBytes } from 'node:crypto';
import { isDatabaseUnavailable } from '../database/database-errors.js';
import { OutageLog } from '../logging/outage-log.js';

interface Worker {
  name: string;
  intervalMs: number;
  work: () => Promise<number>;
  outage: OutageLog;
}

/** Repeats background work: one run at a time per worker, again at once while there is more, logged when it fails. */
@Injectable()
export class Workers implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Workers.name);
  private readonly workers: Worker[] = [];
  private readonly loops: Promise<void>[] = [];
  private readonly stopping = new AbortController();
  private readonly wakeUps = new Map<string, () => void>();

  /** Declares a worker in `onModuleInit`; `work` answers how many things it did, and is asked again at once while that is not 0. */
  every(name: string, intervalMs: number, work: () => Promise<number>): void {
    const outage = new OutageLog(this.logger, `worker ${name} waits for the database`);
    this.workers.push({ name, intervalMs, work, outage });
  }

  /** Ends the worker's present pause. */
  wake(name: string): void {
    this.wakeUps.get(name)?.();
  }

  /** The server calls it once it listens; a command of the command line does not, so that it does only what it was asked for. */
  start(): void {
    for (const worker of this.workers) this.loops.push(this.repeat(worker));
  }

  /** The run under way ends first. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    for (const wake of this.wakeUps.values()) wake();
    await Promise.all(this.loops);
  }

  private async repeat(worker: Worker): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const done = await this.once(worker);
      if (done === 0) await this.pause(worker);
    }
  }

  private async once(worker: Worker): Promise<number> {
    const context = {
      traceId: randomBytes(16).toString('hex'),
      principal: { kind: 'system', worker: worker.name } as const,
    };
    try {
      const done = await runInContext(context, worker.work);
      worker.outage.end();
      return done;
    } catch (error) {
      if (isDatabaseUnavailable(error)) {
        worker.outage.warn(error, { worker: worker.name });
        return 0;
      }
      this.logger.error(
        { worker: worker.name, err: error },
        `worker ${worker.name} failed and will try again`,
      );
      return 0;
    }
  }

  private pause(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      if (this.stopping.signal.aborted) return resolve();
      const timer = setTimeout(resolve, worker.intervalMs);
      this.wakeUps.set(worker.name, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
