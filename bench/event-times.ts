import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { typesOfOrders } from '../test/support/traffic/topic-checker.js';

export interface Delays {
  toldPerSecond: number;
  effects: number;
  effectsPerSecond: number;
  medianMs: number;
  p99Ms: number;
  longestMs: number;
}

/**
 * When events were told and when they took effect, by the commits of both transactions. The mark of publication rewrites
 * the outbox's row and with it the transaction it belongs to, so that a trigger notes every event once more.
 */
export class EventTimes {
  private constructor(private readonly pool: Pool) {}

  static async of(pool: Pool): Promise<EventTimes> {
    await pool.query(`
      create schema bench;
      create table bench.told (event_id text, type text);
      create function bench.note() returns trigger language plpgsql as
        $$ begin insert into bench.told values (new.id::text, new.type); return null; end $$;
      create trigger note after insert on events.outbox for each row execute function bench.note();`);
    return new EventTimes(pool);
  }

  async forget(): Promise<void> {
    await this.pool.query('truncate bench.told');
  }

  /** Waits until nothing is left to publish or to listen to. */
  async allInEffect(): Promise<void> {
    const waiting = `
      select count(*)::int as waiting from bench.told t
      where exists (select from events.outbox o where o.id::text = t.event_id and o.published_at is null)
         or t.type = any ($1)
            and not exists (select from events.inbox i where i.consumer = 'orders' and i.event_id = t.event_id)`;
    for (;;) {
      const { rows } = await this.pool.query<{ waiting: number }>(waiting, [typesOfOrders]);
      if (rows[0]?.waiting === 0) return;
      await pause(500);
    }
  }

  async delays(): Promise<Delays> {
    const { rows } = await this.pool.query<Delays>(`
      with effect as (
        select pg_xact_commit_timestamp(t.xmin) as told_at, pg_xact_commit_timestamp(i.xmin) as effect_at
        from bench.told t join events.inbox i on i.consumer = 'orders' and i.event_id = t.event_id
      ), timed as (
        select told_at, effect_at, extract(epoch from effect_at - told_at) * 1000 as ms from effect
      ), told as (
        select count(*) as told, min(pg_xact_commit_timestamp(xmin)) as first_at, max(pg_xact_commit_timestamp(xmin)) as last_at
        from bench.told
      )
      select (select told / extract(epoch from last_at - first_at) from told)::float8 as "toldPerSecond",
        count(*)::int as effects,
        (count(*) / extract(epoch from max(effect_at) - min(told_at)))::float8 as "effectsPerSecond",
        percentile_cont(0.5) within group (order by ms)::float8 as "medianMs",
        percentile_cont(0.99) within group (order by ms)::float8 as "p99Ms",
        max(ms)::float8 as "longestMs"
      from timed`);
    const [delays] = rows;
    if (!delays?.effects) throw new Error('no event took effect');
    return delays;
  }
}
