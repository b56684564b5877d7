import type pg from 'pg';
import { breachesOf, refuse, type ToldEvent } from './event-contract.js';

const rowsPerPage = 10_000;

type Row = ToldEvent & { position: number };

/**
 * Holds every event of the outbox against the contract for consumers, so that each test that tells events is a test of it.
 * @throws Error with what breaks it
 */
export async function validateToldEvents(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ isThere: boolean }>(
    `select to_regclass('events.outbox') is not null as "isThere"`,
  );
  if (!rows[0]?.isThere) return;
  const breaches: string[] = [];
  for (let page = await readAfter(pool, -1); page.length > 0; page = await readAfter(pool, lastOf(page)))
    breaches.push(...page.flatMap(breachesOf));
  refuse(breaches);
}

async function readAfter(pool: pg.Pool, position: number): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    `select type, topic, key, aggregateid as subject, sequence, payload, position from events.outbox
     where position > $1 order by position limit ${rowsPerPage}`,
    [position],
  );
  return rows;
}

const lastOf = (page: readonly Row[]): number => page.at(-1)?.position ?? Infinity;
