import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { ConsumerLag } from '../../src/platform/kafka/consumer-lag.js';
import { eventually, type EventHouse, newProbe } from '../support/event-house.js';
import { type LedgerHouse, newLedgerHouse } from '../support/ledger-house.js';

jest.setTimeout(300_000);

const histories = 1000;
const runs = 4;

let ledger: LedgerHouse;
let first: EventHouse;
beforeAll(async () => {
  ledger = await newLedgerHouse();
  [first] = [await ledger.open(), await ledger.open()];
  // The topics are there once something came through them.
  const probe = newProbe();
  await first.tell({
    type: 'probe.moved',
    aggregateId: probe,
    sequence: 1,
    key: probe,
    payload: { probeId: probe, version: 1 },
  });
  await eventually('the first effect', async () => (await ledger.effects(probe)).length === 1);
});
afterAll(() => ledger.close());

function messagesOf(probe: string, length: number): Message[] {
  return Array.from({ length }, (_, at) => ({
    key: probe,
    value: JSON.stringify({ probeId: probe, version: at + 1 }),
    headers: {
      ce_specversion: '1.0',
      ce_id: randomUUID(),
      ce_type: 'probe.moved',
      ce_source: 'urn:shop:test',
      ce_subject: probe,
      ce_time: new Date().toISOString(),
      ce_sequence: String(at + 1),
      'content-type': 'application/json',
    },
  }));
}

/**
 * A legal history as a broker may bring it: its events in their order, each again any number of times, any time later, with
 * those of other histories in between. `by` is where in the whole each comes.
 */
const history = fc
  .record({
    length: fc.integer({ min: 1, max: 5 }),
    gaps: fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
    again: fc.array(fc.record({ at: fc.nat(4), later: fc.nat(3000) }), { maxLength: 6 }),
  })
  .map(({ length, gaps, again }) => {
    const messages = messagesOf(newProbe(), length);
    const firsts = messages.map((message, at) => ({
      message,
      by: gaps.slice(0, at + 1).reduce((sum, gap) => sum + gap + 1, 0),
    }));
    const repeated = again.flatMap(({ at, later }) => {
      const first = firsts[at % length];
      return first ? [{ message: first.message, by: first.by + later + 0.5 }] : [];
    });
    return { probe: String(messages[0]?.key), length, deliveries: [...firsts, ...repeated] };
  });

/** F14 */
it('any duplication, delay and interleaving of legal histories ends as each of them in order, once', async () => {
  const plans = fc.array(history, { minLength: histories / runs, maxLength: histories / runs });
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const inTurn = plan.flatMap(({ deliveries }) => deliveries).sort((a, b) => a.by - b.by);
      await ledger.topics.write('orders', ...inTurn.map(({ message }) => message));
      // All is taken, the last repetitions too.
      await eventually('no message is left', async () => (await lag()) === 0);
      const effects = await effectsOf(plan.map(({ probe }) => probe));
      for (const { probe, length } of plan)
        expect(effects.get(probe)).toEqual(Array.from({ length }, (_, at) => at + 1));
    }),
    { numRuns: runs, endOnFailure: true },
  );
  const { effects, handled, dead } = await ledger.counts();
  expect([effects, dead]).toEqual([handled, 0]);
});

const lag = async () => (await first.app.get(ConsumerLag, { strict: false }).read())['ledger'];

async function effectsOf(probes: string[]): Promise<Map<string, number[]>> {
  const { rows } = await ledger.on.query<{ probe: string; versions: number[] }>(
    'select probe, array_agg(version order by turn) as versions from public.effect where probe = any($1) group by probe',
    [probes],
  );
  return new Map(rows.map(({ probe, versions }) => [probe, versions]));
}
