import { Injectable, OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { defineGauge } from '../metrics/index.js';
import { Workers } from '../workers/workers.js';

const lookEveryMs = 2000;

const backlog = defineGauge('outbox_backlog', 'Events that are committed and not published');
const lag = defineGauge('outbox_lag_seconds', 'Age of the oldest event that is not published');
const due = defineGauge('listener_backlog', 'Events that are published and whose effect is still to come', [
  'consumer',
]);
const dead = defineGauge('dead_letters', 'Events that a consumer could not take; a person decides', [
  'consumer',
]);

interface Figures {
  backlog: number;
  lag_seconds: number;
  due: Record<string, number>;
  dead: Record<string, number>;
}

/** How far publishing and listeners are behind, read from the tables so that every process tells the same. */
@Injectable()
export class EventGauges implements OnModuleInit {
  private readonly consumers = new Set<string>();

  constructor(
    private readonly workers: Workers,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.workers.every('events.gauges', lookEveryMs, () => this.look());
  }

  private async look(): Promise<number> {
    const figures = await this.database.row<Figures>(
      `select count(*) as backlog, coalesce(extract(epoch from now() - min(occurred_at)), 0)::float8 as lag_seconds,
         (select coalesce(jsonb_object_agg(consumer, n), '{}') from (select consumer, count(*) as n from events.due group by 1) x) as due,
         (select coalesce(jsonb_object_agg(consumer, n), '{}') from (select consumer, count(*) as n from events.dead_letter group by 1) x) as dead
       from events.outbox where published_at is null`,
    );
    if (!figures) return 0;
    backlog.set({}, figures.backlog);
    lag.set({}, figures.lag_seconds);
    this.show(figures);
    return 0;
  }

  /** A consumer that has nothing left must be told to be at 0. */
  private show(figures: Figures): void {
    for (const consumer of [...Object.keys(figures.due), ...Object.keys(figures.dead)])
      this.consumers.add(consumer);
    for (const consumer of this.consumers) {
      due.set({ consumer }, figures.due[consumer] ?? 0);
      dead.set({ consumer }, figures.dead[consumer] ?? 0);
    }
  }
}
