import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type EventHouse, moved, newProbe, openEventHouse } from '../support/event-house.js';
import { runInContext } from '../../src/platform/http/request-context.js';
import { OutboxDaysRepository } from '../../src/platform/events/outbox-days.repository.js';

let on: TestDatabase;
let house: EventHouse;
beforeAll(async () => {
  on = await createTestDatabase();
  house = await openEventHouse(on, { isConnected: false });
}, 60_000);
afterAll(async () => {
  await house.close();
  await on.drop();
});

const stored = async (probe: string) =>
  (
    await on.query<{
      type: string;
      sequence: number;
      position: number;
      traceparent: string | null;
      payload: object;
    }>(
      'select type, sequence, position, traceparent, payload from events.outbox where aggregateid = $1 order by position',
      [probe],
    )
  ).rows;

describe('the outbox', () => {
  it('refuses an event outside a transaction', () => {
    expect(() => house.outbox.add(moved(newProbe(), 1))).toThrow('needs a running transaction');
  });

  it('keeps nothing of a transaction that is rolled back', async () => {
    const probe = newProbe();
    const rolledBack = house.transaction.run(async () => {
      house.outbox.add(moved(probe, 1));
      throw new Error('the trade said no');
    });
    await expect(rolledBack).rejects.toThrow('the trade said no');
    expect(await stored(probe)).toEqual([]);
  });

  it('refuses a type that no room declares', async () => {
    const unknown = { ...moved(newProbe(), 1), type: 'probe.melted' as 'probe.moved' };
    await expect(house.tell(unknown)).rejects.toThrow('no room declares the event probe.melted');
  });

  it('refuses a payload that breaks its schema', async () => {
    const probe = newProbe();
    await expect(
      house.tell({ ...moved(probe, 1), payload: { probeId: probe, version: -1 } }),
    ).rejects.toThrow('breaks its schema');
    expect(await stored(probe)).toEqual([]);
  });

  it('lets nothing out that the catalogue does not name', async () => {
    const probe = newProbe();
    const payload = { probeId: probe, version: 1, email: 'shopper@example.com' };
    await house.tell({ ...moved(probe, 1), payload });
    expect((await stored(probe)).map((row) => row.payload)).toEqual([{ probeId: probe, version: 1 }]);
  });

  it('writes six hundred events of one transaction in one statement, in the order of adding', async () => {
    const probe = newProbe();
    await house.tell(...Array.from({ length: 600 }, (_, at) => moved(probe, at + 1)));
    const rows = await stored(probe);
    expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 600 }, (_, at) => at + 1));
  });

  it('writes what several calls of one transaction added, once', async () => {
    const probe = newProbe();
    await house.transaction.run(async () => {
      house.outbox.add(moved(probe, 1));
      await house.transaction.run(async () => house.outbox.add(moved(probe, 2)));
      house.outbox.add(moved(probe, 3));
    });
    expect((await stored(probe)).map((row) => row.sequence)).toEqual([1, 2, 3]);
  });

  it('refuses an event that is added after the others were written', async () => {
    const probe = newProbe();
    const tooLate = house.transaction.run(async () => {
      house.outbox.add(moved(probe, 1));
      house.transaction.beforeCommit({}, async () => house.outbox.add(moved(probe, 2)));
    });
    await expect(tooLate).rejects.toThrow('would lose the event');
    expect(await stored(probe)).toEqual([]);
  });

  it('carries the trace of the request that caused it', async () => {
    const probe = newProbe();
    const traceId = 'ab'.repeat(16);
    await runInContext({ traceId, principal: { kind: 'anonymous' } }, () => house.tell(moved(probe, 1)));
    expect((await stored(probe))[0]?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });

  it('is read by the debezium names', async () => {
    const { fields } = await on.query(
      'select id, aggregatetype, aggregateid, type, payload from events.outbox limit 0',
    );
    expect(fields.map((field) => field.name)).toEqual([
      'id',
      'aggregatetype',
      'aggregateid',
      'type',
      'payload',
    ]);
  });
});

describe('the days of the outbox', () => {
  const partitions = async () =>
    (
      await on.query<{ name: string }>(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events.outbox'::regclass`,
      )
    ).rows.map((row) => row.name);
  const days = () => house.app.get(OutboxDaysRepository);
  const put = (at: string, publishedAt: string | null) =>
    on.query(
      `insert into events.outbox (id, aggregatetype, aggregateid, type, payload, position, key, sequence, topic, occurred_at, published_at)
       values (gen_random_uuid(), 'probe', 'old', 'probe.moved', '{}', nextval('events.outbox_position'), 'old', 1, 'orders', $1, $2)`,
      [at, publishedAt],
    );

  it('are made ahead, so that no event of today lies in the default partition', async () => {
    expect(await days().open(7)).toBe(0);
    expect((await partitions()).length).toBe(9);
    const { rows } = await on.query('select 1 from events.outbox_default');
    expect(rows).toEqual([]);
  });

  it('take in what came before they were made', async () => {
    await put('2026-01-05T12:00:00Z', null);
    expect(await days().open(7)).toBe(1);
    expect((await on.query('select 1 from events.outbox_20260105')).rows).toHaveLength(1);
    expect((await on.query('select 1 from events.outbox_default')).rows).toEqual([]);
  });

  it('are dropped only when all of them is published and taken', async () => {
    await put('2026-01-06T12:00:00Z', '2026-01-06T12:00:01Z');
    await put('2026-01-07T12:00:00Z', '2026-01-07T12:00:01Z');
    await days().open(7);
    await on.query(
      `insert into events.due (consumer, position, event_id, occurred_at) select 'probes', position, id, occurred_at from events.outbox_20260107`,
    );
    expect(await days().finished(30)).toEqual(['outbox_20260106']);
    await days().drop('outbox_20260106');
    expect(await partitions()).not.toContain('events.outbox_20260106');
    await on.query('delete from events.due');
    expect(await days().finished(30)).toEqual(['outbox_20260107']);
  });

  it('are made by two processes at once without a clash', async () => {
    await put('2026-01-08T12:00:00Z', null);
    const opened = await Promise.all([days().open(9), days().open(9), days().open(9)]);
    expect(opened.reduce((sum, count) => sum + count)).toBe(3);
  });
});
