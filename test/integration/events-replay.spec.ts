import type { OutboxEvent } from '../../src/platform/events/index.js';
import { Replay, type ReplayRun } from '../../src/platform/events/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type EventHouse, moved, newProbe, openEventHouse } from '../support/event-house.js';

jest.setTimeout(60_000);

let on: TestDatabase;
let house: EventHouse;
const probes = Array.from({ length: 40 }, newProbe);
const versions = 30;
beforeAll(async () => {
  on = await createTestDatabase();
  house = await openEventHouse(on, { isConnected: false });
  for (let version = 1; version <= versions; version += 1)
    await house.tell(...probes.map((probe) => moved(probe, version)));
  await on.query('update events.outbox set published_at = now()');
  // Positions with holes, as sequences of transactions that were rolled back leave them.
  await on.query(`select setval('events.outbox_position', 20000)`);
  await house.tell(...probes.map((probe) => moved(probe, versions + 1)));
  await on.query('update events.outbox set published_at = now()');
  await house.tell(moved(newProbe(), 1));
}, 60_000);
afterAll(async () => {
  await house.close();
  await on.drop();
});

const total = probes.length * (versions + 1);
const replay = () => house.app.get(Replay);

interface Broker {
  told: OutboxEvent[];
  republish: (events: readonly OutboxEvent[]) => Promise<readonly OutboxEvent[]>;
}

/** Takes at most `most` of what is brought, and dies after `dies` requests. */
function broker({ most = Infinity, dies = Infinity } = {}): Broker {
  const told: OutboxEvent[] = [];
  let requests = 0;
  return {
    told,
    republish: async (events) => {
      if ((requests += 1) > dies) throw new Error('the broker is gone');
      const safe = events.slice(0, most);
      told.push(...safe);
      return safe;
    },
  };
}

function go(run: ReplayRun, to: Broker, signal = new AbortController().signal, rate = 1_000_000) {
  return replay().run(run, { republish: to.republish, rate, signal, onProgress: () => undefined });
}

const named = (told: readonly OutboxEvent[]) =>
  told.map(({ aggregateId, sequence }) => `${aggregateId} ${sequence}`);
const inOrder = Array.from({ length: versions + 1 }, (_, at) =>
  probes.map((probe) => `${probe} ${at + 1}`),
).flat();

it('tells everything that was published, in order, marked as replay, and nothing that was not', async () => {
  const to = broker();
  const done = await go(await replay().start({}), to);
  expect(named(to.told)).toEqual(inOrder);
  expect(to.told.every(({ isReplay }) => isReplay)).toBe(true);
  expect(done).toMatchObject({ total, published: total, finishedAt: expect.any(Date) });
});

it('tells only what was asked for, and counts it before', async () => {
  const [key = ''] = probes;
  const filter = {
    key,
    type: 'probe.moved',
    from: new Date(Date.now() - 60_000),
    to: new Date(Date.now() + 60_000),
  };
  expect(await replay().count(filter)).toEqual([{ type: 'probe.moved', events: versions + 1 }]);
  const to = broker();
  await go(await replay().start(filter), to);
  expect(named(to.told)).toEqual(inOrder.filter((name) => name.startsWith(key)));
});

it.each([[{ type: 'probe.stopped' }], [{ from: new Date('2020-01-01'), to: new Date('2020-01-02') }]])(
  'with nothing to tell (%j) it is finished at once',
  async (filter) => {
    expect(await replay().count(filter)).toEqual([]);
    const to = broker();
    expect(await go(await replay().start(filter), to)).toMatchObject({
      published: 0,
      finishedAt: expect.any(Date),
    });
    expect(to.told).toEqual([]);
  },
);

it('what was published after its start is not told by it', async () => {
  const probe = newProbe();
  const run = await replay().start({ key: probe });
  await house.tell(moved(probe, 1));
  await on.query('update events.outbox set published_at = clock_timestamp() where key = $1', [probe]);
  const to = broker();
  await go(run, to);
  expect(to.told).toEqual([]);
  await on.query('update events.outbox set published_at = null where key = $1', [probe]);
});

it('a part that the broker did not take is brought again', async () => {
  const to = broker({ most: 7 });
  await go(await replay().start({}), to);
  expect(named(to.told)).toEqual(inOrder);
});

it('what a dead broker cut off goes on where it was', async () => {
  const started = await replay().start({});
  const dying = broker({ dies: 2 });
  await expect(go(started, dying)).rejects.toThrow('the broker is gone');
  const rest = broker();
  const done = await go(await replay().resume(started.id), rest);
  expect(named([...dying.told, ...rest.told])).toEqual(inOrder);
  expect(done.published).toBe(total);
});

it('a crash between the broker’s word and our note repeats that batch and no other', async () => {
  const started = await replay().start({});
  const first = broker({ dies: 1 });
  const lost = { ...started };
  await expect(go(started, first)).rejects.toThrow();
  await on.query('update events.replay set position = $2, published = 0 where id = $1', [
    started.id,
    lost.position,
  ]);
  const second = broker();
  await go(await replay().resume(started.id), second);
  expect(named(second.told)).toEqual(inOrder);
  expect(first.told.length).toBeLessThan(total);
});

it('an interrupt ends it after the batch under way', async () => {
  const stop = new AbortController();
  const to = broker();
  const started = await replay().start({});
  const republish: Broker['republish'] = (events) => {
    stop.abort();
    return to.republish(events);
  };
  const run = await go(started, { ...to, republish }, stop.signal);
  expect(run.finishedAt).toBeNull();
  expect(run.published).toBe(to.told.length);
  await go(await replay().resume(started.id), to);
  expect(named(to.told)).toEqual(inOrder);
});

it('two processes that run the same replay at once: one is refused', async () => {
  const started = await replay().start({});
  const runs = await Promise.allSettled([
    go(started, broker({ most: 50 })),
    go(started, broker({ most: 60 })),
  ]);
  const refused = runs.filter(({ status }) => status === 'rejected');
  expect(refused).toEqual([
    {
      status: 'rejected',
      reason: expect.objectContaining({ message: expect.stringContaining('another process runs replay') }),
    },
  ]);
});

it('keeps to its rate', async () => {
  const startedAt = performance.now();
  const [key = ''] = probes;
  await go(await replay().start({ key }), broker(), undefined, 31);
  expect(performance.now() - startedAt).toBeGreaterThan(900);
});
