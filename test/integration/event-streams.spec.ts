import { EventStreams } from '../../src/platform/events/index.js';
import { Workers } from '../../src/platform/workers/workers.js';
import { armFailPoint } from '../../src/platform/faults/fail-point.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type EventHouse, eventually, moved, newProbe, openEventHouse } from '../support/event-house.js';

jest.setTimeout(60_000);

// Two cores run four test files at once.
const environment = { DATABASE_ACQUIRE_TIMEOUT_MS: '10000' };

let on: TestDatabase;
let house: EventHouse;
beforeAll(async () => {
  on = await createTestDatabase();
  house = await openEventHouse(on, { environment });
});
afterAll(async () => {
  await house.close();
  await on.drop();
});

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

async function positionsOf(key: string, count: number): Promise<(number | null)[]> {
  return eventually(`${count} marks of ${key}`, async () => {
    const { rows } = await on.query<{ at: number | null }>(
      'select stream_position as at from events.outbox where key = $1 and published_at is not null order by position',
      [key],
    );
    return rows.length === count ? rows.map(({ at }) => at) : undefined;
  });
}

/** Follows a key to the end of the test; what it is told grows in the list. */
async function follow(of: EventHouse, key: string): Promise<{ told: number[]; close: () => void }> {
  const stream = of.app.get(EventStreams).follow(key, 0);
  const told: number[] = [];
  const pages = await stream.begin();
  void (async () => {
    for await (const page of pages) told.push(...page.map(({ streamPosition }) => streamPosition));
  })();
  return { told, close: () => stream.close() };
}

it('the events of each key are numbered 1, 2, 3 … in the order of publication, however many keys and writers', async () => {
  const probes = Array.from({ length: 20 }, newProbe);
  await Promise.all(
    probes.map(async (probe) => {
      for (let version = 1; version <= 60; version += 3)
        await house.tell(moved(probe, version), moved(probe, version + 1), moved(probe, version + 2));
    }),
  );
  for (const probe of probes) expect(await positionsOf(probe, 60)).toEqual(upTo(60));
});

it('numbers have no gap and no double when the relay breaks before each mark', async () => {
  const probe = newProbe();
  armFailPoint(
    'after-publish-before-mark',
    () => {
      throw new Error('the relay crashed');
    },
    5,
  );
  for (let version = 1; version <= 20; version += 1) await house.tell(moved(probe, version));
  expect(await positionsOf(probe, 20)).toEqual(upTo(20));
});

it('the number goes on where it was when the days before are dropped', async () => {
  const probe = newProbe();
  await house.tell(moved(probe, 1), moved(probe, 2));
  await positionsOf(probe, 2);
  await on.query('delete from events.outbox where key = $1', [probe]);
  await house.tell(moved(probe, 3));
  expect(await positionsOf(probe, 1)).toEqual([3]);
});

describe('a process that does not relay', () => {
  it('is woken by the relay’s notice: its poll does not run here', async () => {
    const other = await openEventHouse(on, { environment });
    const probe = newProbe();
    await house.tell(moved(probe, 1));
    const reader = await follow(other, probe);
    await eventually('the first', () => reader.told.length === 1);
    for (let version = 2; version <= 10; version += 1) {
      await house.tell(moved(probe, version));
      await eventually('the next', () => reader.told.length === version);
    }
    expect(reader.told).toEqual(upTo(10));
    reader.close();
    await other.close();
  });

  it('finds by its poll what no notice told it', async () => {
    const deaf = await openEventHouse(on, { isConnected: false, environment });
    deaf.app.get(Workers).start();
    const probe = newProbe();
    const reader = await follow(deaf, probe);
    await house.tell(moved(probe, 1));
    await eventually('the event', () => reader.told.length === 1);
    reader.close();
    await deaf.close();
  });
});
