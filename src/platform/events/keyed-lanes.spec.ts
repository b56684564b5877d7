import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { type Again, KeyedLanes } from './keyed-lanes.js';

interface Item {
  key: string;
  place: number;
  failures: number;
}

const keys = ['a', 'b', 'c', 'd'];
const arrivals = fc.array(
  fc.record({ key: fc.constantFrom(...keys), failures: fc.nat(2), turns: fc.nat(3) }),
  { maxLength: 30 },
);

it('does every item once, in the order of its key, whatever fails and however long each takes', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 3 }), async (plan, atOnce) => {
      const finished: Item[] = [];
      let running = 0;
      const lanes = new KeyedLanes<Item>(atOnce, async (item): Promise<Again> => {
        running += 1;
        expect(running).toBeLessThanOrEqual(atOnce);
        await turn();
        running -= 1;
        if (item.failures-- > 0) return 0;
        finished.push(item);
        return undefined;
      });
      for (const [place, { key, failures, turns }] of plan.entries()) {
        lanes.add(key, { key, place, failures });
        for (let pause = 0; pause < turns; pause += 1) await turn();
      }
      while (finished.length < plan.length) await turn();
      for (const key of keys) {
        const places = finished.filter((item) => item.key === key).map((item) => item.place);
        const expected = plan.flatMap((arrival, place) => (arrival.key === key ? [place] : []));
        expect(places).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
}, 60_000);

it('an item that waits for another try holds its own key and nobody else', async () => {
  const told: string[] = [];
  const lanes = new KeyedLanes<string>(1, async (item) => {
    told.push(item);
    return item === 'stuck' ? 60_000 : undefined;
  });
  lanes.add('a', 'stuck');
  lanes.add('a', 'behind it');
  lanes.add('b', 'free');
  while (!told.includes('free')) await turn();
  expect(told).toEqual(['stuck', 'free']);
  await lanes.close();
});

it('lets what runs come to its end when it closes, and begins nothing more', async () => {
  const ended: string[] = [];
  const lanes = new KeyedLanes<string>(1, async (item) => {
    await turn();
    ended.push(item);
    return undefined;
  });
  lanes.add('a', 'first');
  lanes.add('b', 'second');
  await lanes.close();
  expect(ended).toEqual(['first']);
});
