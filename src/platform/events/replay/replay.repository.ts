import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { Database } from '../../database/database.js';
import { Transaction } from '../../database/transaction.js';
import { type OutboxEvent, outboxColumns, type OutboxRow, toOutboxEvent } from '../outbox-event.js';

/** Which events are told again; all where nothing is said. */
export interface ReplayFilter {
  /** Of the time at which they occurred, the first included, the last not. */
  from?: Date;
  to?: Date;
  type?: string;
  key?: string;
}

/** A replay under way: its window was fixed when it started, `position` is how far it came. */
export interface ReplayRun {
  id: string;
  position: number;
  lastPosition: number;
  total: number;
  published: number;
  finishedAt: Date | null;
}

const run = `id, position, last_position as "lastPosition", total, published, finished_at as "finishedAt"`;

const matching = `published_at is not null
  and ($1::timestamptz is null or occurred_at >= $1) and ($2::timestamptz is null or occurred_at < $2)
  and ($3::text is null or type = $3) and ($4::text is null or key = $4)`;

@Injectable()
export class ReplayRepository {
  constructor(
    private readonly transaction: Transaction,
    private readonly database: Database,
  ) {}

  count(filter: ReplayFilter): Promise<{ type: string; events: number }[]> {
    return this.withoutTimeout(() =>
      this.database.rows(
        `select type, count(*) as events from events.outbox where ${matching} group by type order by type`,
        valuesOf(filter),
      ),
    );
  }

  start(filter: ReplayFilter): Promise<ReplayRun> {
    return this.withoutTimeout(() =>
      this.required(
        `insert into events.replay (id, occurred_from, occurred_to, type, key, position, last_position, total)
         select $5, $1, $2, $3, $4, coalesce(min(position), 1) - 1, coalesce(max(position), 0), count(*)
         from events.outbox where ${matching} and published_at < now()
         returning ${run}`,
        [...valuesOf(filter), uuidv7()],
      ),
    );
  }

  find(id: string): Promise<ReplayRun | undefined> {
    return this.database.row(`select ${run} from events.replay where id = $1`, [id]);
  }

  /** What it wants of the next `span` positions, however few: no statement reads more than those. */
  async next({ id, position }: ReplayRun, span: number): Promise<OutboxEvent[]> {
    const rows = await this.database.rows<OutboxRow>(
      `select ${outboxColumns} from events.replay as r
       join events.outbox on outbox.published_at is not null and outbox.published_at < r.started_at
         and outbox.position > $2 and outbox.position <= least($2::bigint + $3, r.last_position)
         and (r.occurred_from is null or outbox.occurred_at >= r.occurred_from)
         and (r.occurred_to is null or outbox.occurred_at < r.occurred_to)
         and (r.type is null or outbox.type = r.type) and (r.key is null or outbox.key = r.key)
       where r.id = $1 order by outbox.position`,
      [id, position, span],
    );
    return rows.map((row) => ({ ...toOutboxEvent(row), isReplay: true }));
  }

  /** Notes how far it came; undefined where another process runs the same replay and came elsewhere. */
  async advance({ id, position }: ReplayRun, to: number, published: number): Promise<ReplayRun | undefined> {
    const [row] = await this.database.rows<ReplayRun>(
      `update events.replay set position = $3, published = published + $4,
         finished_at = case when $3 >= last_position then now() end
       where id = $1 and position = $2 returning ${run}`,
      [id, position, to, published],
    );
    return row;
  }

  /** A window may be the whole outbox. */
  private withoutTimeout<T>(work: () => Promise<T>): Promise<T> {
    return this.transaction.run(async () => {
      await this.database.rows('set local statement_timeout = 0');
      return work();
    });
  }

  private async required(sql: string, values: unknown[]): Promise<ReplayRun> {
    const row = await this.database.row<ReplayRun>(sql, values);
    if (!row) throw new Error('a replay was not written');
    return row;
  }
}

const valuesOf = ({ from, to, type, key }: ReplayFilter): unknown[] => [from, to, type, key];
