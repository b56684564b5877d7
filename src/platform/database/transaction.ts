import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { isRetryable } from './database-errors.js';

/** `settlement` has few connections of its own, so that a payment's outcome is recorded while shoppers hold all others. */
export type Pool = 'main' | 'settlement';

interface Running {
  manager: EntityManager;
  open: boolean;
  beforeCommit: Map<object, () => Promise<void>>;
  afterCommit: (() => void)[];
}

const attemptsPerTransaction = 4;

/** The one way to change the database: everything inside `run` is committed together or not at all. */
@Injectable()
export class Transaction {
  private readonly storage = new AsyncLocalStorage<Running>();

  constructor(
    @InjectDataSource() private readonly main: DataSource,
    @InjectDataSource('settlement') private readonly settlement: DataSource,
  ) {}

  /**
   * Runs `work` in a transaction; inside a running one it joins. Only the outermost call begins, commits and
   * retries (deadlock, serialisation failure, lock timeout: up to three times), so `work` must be free of outside effects.
   */
  async run<T>(work: () => Promise<T>, pool: Pool = 'main'): Promise<T> {
    if (this.isRunning) return work();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work, pool === 'main' ? this.main : this.settlement);
      } catch (error) {
        if (attempt === attemptsPerTransaction || !isRetryable(error)) throw error;
        await pause(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  get isRunning(): boolean {
    return this.storage.getStore()?.open === true;
  }

  /** The running transaction's manager, or the pool's for a single statement outside of one. */
  get manager(): EntityManager {
    const running = this.storage.getStore();
    return running?.open ? running.manager : this.main.manager;
  }

  /** Runs once, inside the transaction, right before its commit; `owner` is the key, a second call for it is ignored. */
  beforeCommit(owner: object, work: () => Promise<void>): void {
    const { beforeCommit } = this.required('beforeCommit');
    if (!beforeCommit.has(owner)) beforeCommit.set(owner, work);
  }

  /** Runs after the commit has succeeded; dropped when the transaction rolls back. */
  afterCommit(work: () => void): void {
    this.required('afterCommit').afterCommit.push(work);
  }

  /** LAW: no outside call inside a transaction. Ports to the outside call this first. */
  refuseInside(what: string): void {
    if (this.isRunning)
      throw new Error(
        `${what} inside a transaction would hold its locks for as long as the other side likes`,
      );
  }

  private required(call: string): Running {
    const running = this.storage.getStore();
    if (!running?.open) throw new Error(`${call} needs a running transaction`);
    return running;
  }

  private async attempt<T>(work: () => Promise<T>, dataSource: DataSource): Promise<T> {
    const afterCommit: (() => void)[] = [];
    const result = await dataSource.transaction(async (manager) => {
      const running: Running = { manager, open: true, beforeCommit: new Map(), afterCommit };
      return this.storage.run(running, async () => {
        try {
          const value = await work();
          for (const last of running.beforeCommit.values()) await last();
          return value;
        } finally {
          running.open = false;
        }
      });
    });
    for (const then of afterCommit) then();
    return result;
  }
}
