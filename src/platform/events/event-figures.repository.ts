import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

export interface EventFigures {
  /** Events that are committed and not published, `mostCounted` at most. */
  backlog: number;
  oldestAt: Date | null;
  lagSeconds: number;
  consumers: { consumer: string; waiting: number; lagSeconds: number; deadLetters: number }[];
}

/** After hours without brokers a full count would take longer than anybody waits for a figure. */
const mostCounted = 100_000;

/** How far publishing and listeners are behind, read from the tables so that every process tells the same. */
@Injectable()
export class EventFiguresRepository {
  constructor(private readonly database: Database) {}

  async read(): Promise<EventFigures> {
    const figures = await this.database.row<EventFigures>(
      `with unpublished as (select occurred_at from events.outbox where published_at is null order by position limit ${mostCounted}),
       due as (select consumer, count(*) as waiting, min(occurred_at) as oldest from events.due group by 1),
       dead as (select consumer, count(*) as letters from events.dead_letter group by 1)
       select count(*) as backlog, min(occurred_at) as "oldestAt",
         coalesce(extract(epoch from now() - min(occurred_at)), 0)::float8 as "lagSeconds",
         (select coalesce(jsonb_agg(jsonb_build_object('consumer', consumer, 'waiting', coalesce(waiting, 0),
            'lagSeconds', coalesce(extract(epoch from now() - oldest), 0), 'deadLetters', coalesce(letters, 0)) order by consumer), '[]')
          from due full join dead using (consumer)) as consumers
       from unpublished`,
    );
    if (!figures) throw new Error('a query of counts answered no row');
    return figures;
  }
}
