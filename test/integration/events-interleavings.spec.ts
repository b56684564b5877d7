import fc from 'fast-check';
import { Dispatcher } from '../../src/platform/events/dispatcher.js';
import type { OutboxEvent } from '../../src/platform/events/outbox-event.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type EventHouse, newProbe, openEventHouse } from '../support/event-house.js';

let on: TestDatabase;
let house: EventHouse;
/** How often the listener still fails, by event. */
const failures = new Map<string, number>();
beforeAll(async () => {
  on = await createTestDatabase();
  await on.query(
    'create table public.probe (id text primary key, moves int not null, furthest int not null)',
  );
  house = await openEventHouse(on, { isConnected: false });
  house.app.get(Dispatcher).register('prover', 'probe.moved', async ({ id, aggregateId, sequence }) => {
    await house.database.rows(
      `insert into public.probe values ($1, 1, $2)
       on conflict (id) do update set moves = probe.moves + 1, furthest = greatest(probe.furthest, excluded.furthest)`,
      [aggregateId, sequence],
    );
    const left = failures.get(id) ?? 0;
    failures.set(id, left - 1);
    if (left > 0) throw new Error('not yet');
  });
}, 60_000);
afterAll(async () => {
  await house.close();
  await on.drop();
});

function historyOf(probe: string, length: number): OutboxEvent[] {
  return Array.from({ length }, (_, at) => ({
    id: newProbe(),
    type: 'probe.moved',
    aggregateId: probe,
    aggregateType: 'probe',
    sequence: at + 1,
    key: probe,
    topic: 'orders',
    position: at + 1,
    occurredAt: new Date(),
    isReplay: false,
    payload: { probeId: probe, version: at + 1 },
  }));
}

/** As a transport does: the same again until it is done. */
async function deliverToTheEnd(event: OutboxEvent): Promise<void> {
  let tries = 0;
  for (;;) {
    const verdict = await house.app.get(Dispatcher).deliver('prover', event, tries);
    if (verdict.isDone) return;
    tries = verdict.tries;
  }
}

it('any duplication, order and interleaving of a history ends as its events in order, once each', async () => {
  const plans = fc.record({
    length: fc.integer({ min: 1, max: 5 }),
    turns: fc.array(fc.record({ at: fc.nat(4), waitsForOthers: fc.boolean() }), { maxLength: 8 }),
    failing: fc.array(fc.record({ at: fc.nat(4), times: fc.integer({ min: 1, max: 3 }) }), { maxLength: 2 }),
    order: fc.infiniteStream(fc.nat()),
  });
  await fc.assert(
    fc.asyncProperty(plans, async ({ length, turns, failing, order }) => {
      const probe = newProbe();
      const history = historyOf(probe, length);
      for (const { at, times } of failing) failures.set(history[at % length]?.id ?? '', times);
      const extra = turns.flatMap(({ at, waitsForOthers }) => {
        const event = history[at % length];
        return event ? [{ event, waitsForOthers }] : [];
      });
      const deliveries = [...history.map((event) => ({ event, waitsForOthers: false })), ...extra];
      const shuffled = deliveries
        .map((delivery) => ({ delivery, by: order.next().value }))
        .sort((a, b) => a.by - b.by);
      let running: Promise<void>[] = [];
      for (const { delivery } of shuffled) {
        if (delivery.waitsForOthers) {
          await Promise.all(running);
          running = [];
        }
        running.push(deliverToTheEnd(delivery.event));
      }
      await Promise.all(running);
      const { rows } = await on.query('select moves, furthest from public.probe where id = $1', [probe]);
      expect(rows).toEqual([{ moves: length, furthest: length }]);
    }),
    { numRuns: 1000 },
  );
}, 120_000);
