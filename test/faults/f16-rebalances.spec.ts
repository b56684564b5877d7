import { setTimeout as pause } from 'node:timers/promises';
import { type EventHouse, eventually, moved, newProbe } from '../support/event-house.js';
import { before, type LedgerHouse, newLedgerHouse } from '../support/ledger-house.js';

const isLong = process.env['TEST_LANE'] === 'long';
/** How long members come and go, and how often, in milliseconds. */
const [forMs, everyMs] = isLong ? [60_000, 5000] : [24_000, 3000];

/** Longer than the time after which the broker takes a silent member for dead. */
const slowMs = 8000;

jest.setTimeout(240_000);

let ledger: LedgerHouse;
let house: EventHouse;
beforeAll(async () => {
  ledger = await newLedgerHouse();
  house = await ledger.open();
});
afterAll(() => ledger.close());

/** F16: members join and leave the group without end, and one listener is slower than the session's timeout. */
it('every event takes effect once, in the order of its aggregate, while members come and go', async () => {
  const probes = Array.from({ length: 12 }, newProbe);
  const slow = newProbe();
  let sleeps = 0;
  before.set(slow, async ({ sequence }) => {
    if (sequence === 1 && sleeps++ === 0) await pause(slowMs);
  });
  let isOver = false;
  const members = (async () => {
    while (!isOver) {
      const member = await ledger.open();
      await pause(everyMs);
      await member.close();
      await pause(everyMs);
    }
  })();
  await house.tell(moved(slow, 1), moved(slow, 2));
  const endsAt = Date.now() + forMs;
  let version = 0;
  for (; Date.now() < endsAt; version += 1) {
    await house.tell(...probes.map((probe) => moved(probe, version + 1)));
    await pause(100);
  }
  isOver = true;
  await members;
  const inOrder = Array.from({ length: version }, (_, at) => at + 1);
  for (const probe of probes) {
    await eventually('all effects', async () => (await ledger.effects(probe)).length >= version);
    expect(await ledger.effects(probe)).toEqual(inOrder);
  }
  expect(await ledger.effects(slow)).toEqual([1, 2]);
  const { effects, handled, dead } = await ledger.counts();
  expect([effects, handled, dead]).toEqual([version * probes.length + 2, version * probes.length + 2, 0]);
});
