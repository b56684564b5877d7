import { Injectable, OnModuleInit } from '@nestjs/common';
import { defineGauge } from '../metrics/index.js';
import { Workers } from '../workers/workers.js';
import { type EventFigures, EventFiguresRepository } from './event-figures.repository.js';

const lookEveryMs = 2000;

const backlog = defineGauge('outbox_backlog', 'Events that are committed and not published');
const lag = defineGauge('outbox_lag_seconds', 'Age of the oldest event that is not published');
const due = defineGauge('listener_backlog', 'Events that are published and whose effect is still to come', [
  'consumer',
]);
const dead = defineGauge('dead_letters', 'Events that a consumer could not take; a person decides', [
  'consumer',
]);

/** How far publishing and listeners are behind, read from the tables so that every process tells the same. */
@Injectable()
export class EventGauges implements OnModuleInit {
  private readonly consumers = new Set<string>();

  constructor(
    private readonly workers: Workers,
    private readonly figures: EventFiguresRepository,
  ) {}

  onModuleInit(): void {
    this.workers.every('events.gauges', lookEveryMs, () => this.look());
  }

  private async look(): Promise<number> {
    const figures = await this.figures.read();
    backlog.set({}, figures.backlog);
    lag.set({}, figures.lagSeconds);
    this.show(figures.consumers);
    return 0;
  }

  /** A consumer that has nothing left must be told to be at 0. */
  private show(figures: EventFigures['consumers']): void {
    const left = new Map(figures.map((one) => [one.consumer, one]));
    for (const consumer of left.keys()) this.consumers.add(consumer);
    for (const consumer of this.consumers) {
      due.set({ consumer }, left.get(consumer)?.waiting ?? 0);
      dead.set({ consumer }, left.get(consumer)?.deadLetters ?? 0);
    }
  }
}
