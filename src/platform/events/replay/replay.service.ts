import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { OutboxEvent } from '../outbox-event.js';
import { type ReplayFilter, ReplayRepository, type ReplayRun } from './replay.repository.js';

/** Brings events to a broker once more; answers those that are safe with it, in order from the first. */
export type Republish = (events: readonly OutboxEvent[]) => Promise<readonly OutboxEvent[]>;

export interface ReplaySettings {
  republish: Republish;
  /** Most events a second. */
  rate: number;
  /** Ends it after the batch under way; it can be resumed. */
  signal: AbortSignal;
  onProgress: (run: ReplayRun) => void;
}

/** Positions that one statement looks at. */
const span = 5000;

/** Events that are published between two notes of how far it came. */
const mostAtOnce = 500;

/** Tells what was published again, in the same order, marked as replay. What is cut off goes on where it was, and repeats a batch at most. */
@Injectable()
export class Replay {
  constructor(private readonly repository: ReplayRepository) {}

  /** By type, how many events a replay would tell. */
  count(filter: ReplayFilter): Promise<{ type: string; events: number }[]> {
    return this.repository.count(filter);
  }

  start(filter: ReplayFilter): Promise<ReplayRun> {
    return this.repository.start(filter);
  }

  /** @throws Error for an id that no replay has */
  async resume(id: string): Promise<ReplayRun> {
    const run = await this.repository.find(id);
    if (!run) throw new Error(`there is no replay ${id}`);
    return run;
  }

  /** Answers how far it came: `finishedAt` says whether to the end. */
  async run(from: ReplayRun, settings: ReplaySettings): Promise<ReplayRun> {
    let run = from;
    const pace = new Pace(settings.rate);
    while (run.position < run.lastPosition && !settings.signal.aborted) {
      const events = await this.repository.next(run, span);
      run = await this.publish(run, events, settings, pace);
    }
    return run.finishedAt ? run : this.finished(run);
  }

  private async publish(
    from: ReplayRun,
    events: readonly OutboxEvent[],
    { republish, rate, signal, onProgress }: ReplaySettings,
    pace: Pace,
  ): Promise<ReplayRun> {
    let run = from;
    const atOnce = Math.min(mostAtOnce, Math.ceil(rate / 4));
    for (let start = 0; start < events.length;) {
      if (signal.aborted) return run;
      const batch = events.slice(start, start + atOnce);
      const safe = await republish(batch);
      const last = safe.at(-1);
      if (!last) throw new Error('the brokers took none of the events');
      start += safe.length;
      run = await this.advance(run, last.position, safe.length);
      onProgress(run);
      await pace.after(safe.length, signal);
    }
    return this.advance(run, Math.min(from.position + span, run.lastPosition), 0);
  }

  /** One without any event in its window, which has nowhere to go. */
  private finished(run: ReplayRun): Promise<ReplayRun> | ReplayRun {
    return run.position < run.lastPosition ? run : this.advance(run, run.position, 0);
  }

  private async advance(run: ReplayRun, to: number, published: number): Promise<ReplayRun> {
    const next = await this.repository.advance(run, to, published);
    if (!next) throw new Error(`another process runs replay ${run.id}`);
    return next;
  }
}

/** Waits as long as it takes to stay below a rate. */
class Pace {
  private readonly startedAt = performance.now();
  private done = 0;

  constructor(private readonly perSecond: number) {}

  async after(count: number, signal: AbortSignal): Promise<void> {
    this.done += count;
    const early = this.startedAt + (this.done / this.perSecond) * 1000 - performance.now();
    // An abort only ends the wait; whoever goes on looks at the signal.
    if (early > 0) await pause(early, undefined, { signal }).catch(() => undefined);
  }
}
