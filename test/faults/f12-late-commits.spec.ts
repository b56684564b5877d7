import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { type EventHouse, eventually, moved, newProbe } from '../support/event-house.js';
import { type LedgerHouse, newLedgerHouse } from '../support/ledger-house.js';

jest.setTimeout(120_000);

let ledger: LedgerHouse;
let house: EventHouse;
beforeAll(async () => {
  ledger = await newLedgerHouse();
  house = await ledger.open();
});
afterAll(() => ledger.close());

/** F12: a transaction takes its positions in the outbox, and commits three seconds after others that took theirs later. */
it('what took its position first and was committed last is published, and the order of every aggregate is kept', async () => {
  const [late, other] = [newProbe(), newProbe()];
  const slow = new pg.Client({ connectionString: ledger.on.url });
  await slow.connect();
  await slow.query('begin');
  for (const version of [1, 2])
    await slow.query(
      `insert into events.outbox (id, aggregatetype, aggregateid, type, payload, position, key, sequence, topic)
       values (gen_random_uuid(), 'probe', $1, 'probe.moved', $2, nextval('events.outbox_position'), $1, $3, 'orders')`,
      [late, { probeId: late, version }, version],
    );
  for (let version = 1; version <= 60; version += 1) {
    await house.tell(moved(other, version));
    await pause(50);
  }
  await eventually(
    'most of what was committed meanwhile',
    async () => (await ledger.effects(other)).length > 30,
  );
  expect(await ledger.effects(late)).toEqual([]);
  await slow.query('commit');
  await slow.end();
  await house.tell(moved(late, 3));
  await eventually('the late ones', async () => (await ledger.effects(late)).length >= 3);
  await eventually('the others', async () => (await ledger.effects(other)).length >= 60);
  expect(await ledger.effects(late)).toEqual([1, 2, 3]);
  expect(await ledger.effects(other)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
});
