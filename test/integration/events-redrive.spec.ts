import fc from 'fast-check';
import { DeadLetters } from '../../src/platform/events/index.js';
import { Dispatcher } from '../../src/platform/events/dispatcher.js';
import type { BrokerMessage, OutboxEvent } from '../../src/platform/events/index.js';
import { Redriver } from '../../src/platform/events/redriver.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type EventHouse, newProbe, openEventHouse } from '../support/event-house.js';

jest.setTimeout(60_000);

let on: TestDatabase;
/** Two servers on one database. */
let houses: [EventHouse, EventHouse];
/** By probe: what its listener throws, after its write. */
const broken = new Map<string, Error>();
beforeAll(async () => {
  on = await createTestDatabase();
  await on.query('create table public.effect (event uuid not null)');
  houses = [await openHouse(), await openHouse()];
}, 60_000);
afterAll(async () => {
  await Promise.all(houses.map((house) => house.close()));
  await on.drop();
});

async function openHouse(): Promise<EventHouse> {
  const house = await openEventHouse(on, { isConnected: false });
  const dispatcher = house.app.get(Dispatcher);
  dispatcher.register('reader', 'probe.moved', async ({ id, aggregateId }) => {
    await house.database.rows('insert into public.effect values ($1)', [id]);
    const error = broken.get(aggregateId);
    if (error) throw error;
  });
  dispatcher.decodeBy(({ body }) => {
    const probe: unknown = JSON.parse(String(body));
    if (typeof probe !== 'string') throw new TypeError('a probe was wanted');
    return eventOf(probe);
  });
  return house;
}

const ids = new Map<string, string>();

/** A probe has one event here. */
function eventOf(probe: string): OutboxEvent {
  const id = ids.get(probe) ?? newProbe();
  ids.set(probe, id);
  return {
    id,
    type: 'probe.moved',
    aggregateId: probe,
    aggregateType: 'probe',
    sequence: 1,
    key: probe,
    topic: 'orders',
    position: 7,
    occurredAt: new Date(),
    isReplay: false,
    payload: { probeId: probe, version: 1 },
  };
}

let offset = 0;
const messageOf = (body: string): BrokerMessage => ({
  topic: 'shop.orders',
  partition: 0,
  offset: String((offset += 1)),
  key: null,
  headers: {},
  body: Buffer.from(body),
});

const letters = () => houses[0].app.get(DeadLetters);
const redriveNext = (server = 0) => houses[server === 0 ? 0 : 1].app.get(Redriver).redriveNext();
const deliver = (probe: string, tries = 4) =>
  houses[0].app.get(Dispatcher).deliver('reader', eventOf(probe), tries);
const effects = async (probe: string) =>
  (await on.query('select from public.effect where event = $1', [eventOf(probe).id])).rowCount ?? 0;
const letterIds = async (probe: string) =>
  (
    await on.query<{ id: string }>('select id from events.dead_letter where event_id = $1', [
      eventOf(probe).id,
    ])
  ).rows.map(({ id }) => id);

/** The id of the letter of a probe that its listener could not take. */
async function buried(probe: string, error = new Error('broken')): Promise<string> {
  broken.set(probe, error);
  await deliver(probe);
  const [id] = await letterIds(probe);
  if (id === undefined) throw new Error('there is no letter');
  return id;
}

async function refused(message: BrokerMessage): Promise<string> {
  await houses[0].app.get(Dispatcher).refuse('reader', message, new SyntaxError('not read'));
  const { rows } = await on.query<{ id: string }>(
    'select id from events.dead_letter where source_offset = $1',
    [message.offset],
  );
  return rows[0]?.id ?? '';
}

it('a letter takes effect once its cause is mended and a person asks, and only then', async () => {
  const probe = newProbe();
  const id = await buried(probe);
  broken.delete(probe);
  expect(await redriveNext()).toBe(0);
  expect(await deliver(probe, 0)).toEqual({ isDone: true });
  expect(await effects(probe)).toBe(0);
  await letters().redrive(id);
  expect(await redriveNext()).toBe(1);
  expect(await effects(probe)).toBe(1);
  expect(await letters().find(id)).toBeUndefined();
  await deliver(probe, 0);
  expect(await effects(probe)).toBe(1);
});

it('one that fails again stays, with one more try, the new error and no mark', async () => {
  const probe = newProbe();
  const id = await buried(probe);
  broken.set(probe, new RangeError('still\0broken'));
  await letters().redrive(id);
  expect(await redriveNext()).toBe(1);
  expect(await letters().read(id)).toMatchObject({
    tries: 6,
    reason: 'RangeError',
    error: expect.stringContaining('still\ufffdbroken'),
    redrive_requested_at: null,
  });
  expect(await redriveNext()).toBe(0);
  expect(await effects(probe)).toBe(0);
});

it('without the database nothing is decided: the letter stays marked, at the same count', async () => {
  const probe = newProbe();
  const id = await buried(probe);
  const outage = Object.assign(new Error('the database system is starting up'), { code: '57P03' });
  broken.set(probe, outage);
  await letters().redrive(id);
  await expect(redriveNext()).rejects.toBe(outage);
  expect(await letters().read(id)).toMatchObject({ tries: 5, redrive_requested_at: expect.any(Date) });
  broken.delete(probe);
  await redriveNext();
  expect(await effects(probe)).toBe(1);
});

it('one whose statement takes too long has failed again', async () => {
  const probe = newProbe();
  const id = await buried(probe);
  broken.set(
    probe,
    Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
  );
  await letters().redrive(id);
  expect(await redriveNext()).toBe(1);
  expect(await letters().read(id)).toMatchObject({ tries: 6, redrive_requested_at: null });
});

it('one that meets a lock waits behind the others that are to be redriven', async () => {
  const [locked, free] = [newProbe(), newProbe()];
  const ids = [await buried(locked), await buried(free)];
  const lock = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
  broken.set(locked, lock);
  broken.delete(free);
  for (const id of ids) await letters().redrive(id);
  await expect(redriveNext()).rejects.toBe(lock);
  expect(await redriveNext()).toBe(1);
  expect([await effects(locked), await effects(free)]).toEqual([0, 1]);
  await letters().drop(ids[0] ?? '');
});

it('two servers that take the same letter at once give it one effect', async () => {
  for (let round = 0; round < 20; round += 1) {
    const probe = newProbe();
    const id = await buried(probe);
    broken.delete(probe);
    await Promise.all([letters().redrive(id), letters().redrive(id)]);
    const taken = await Promise.all([redriveNext(0), redriveNext(1), redriveNext(0), redriveNext(1)]);
    expect(taken.reduce((sum, count) => sum + count)).toBe(1);
    expect(await effects(probe)).toBe(1);
  }
});

it('a dropped letter is gone for good: its event takes no effect when it is told again', async () => {
  const probe = newProbe();
  const id = await buried(probe);
  broken.delete(probe);
  const dropped = await Promise.allSettled([letters().drop(id), letters().drop(id)]);
  expect(dropped.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await deliver(probe, 0);
  expect(await effects(probe)).toBe(0);
  await expect(letters().redrive(id)).rejects.toMatchObject({ code: 'dead-letter-not-found' });
});

describe('a message that could not be read', () => {
  it('is read anew, and takes effect', async () => {
    const probe = newProbe();
    const id = await refused(messageOf(JSON.stringify(probe)));
    await letters().redrive(id);
    await redriveNext();
    expect(await effects(probe)).toBe(1);
    expect(await letters().find(id)).toBeUndefined();
  });

  it('stays where it still cannot be read', async () => {
    const id = await refused(messageOf('{'));
    await letters().redrive(id);
    await redriveNext();
    expect(await letters().read(id)).toMatchObject({ tries: 2, reason: 'SyntaxError' });
  });

  it('whose event took effect meanwhile has none again', async () => {
    const probe = newProbe();
    await deliver(probe, 0);
    const id = await refused(messageOf(JSON.stringify(probe)));
    await letters().redrive(id);
    await redriveNext();
    expect(await effects(probe)).toBe(1);
    expect(await letters().find(id)).toBeUndefined();
  });

  it('takes a second letter of its event along', async () => {
    const probe = newProbe();
    await buried(probe);
    broken.delete(probe);
    await letters().redrive(await refused(messageOf(JSON.stringify(probe))));
    await redriveNext();
    expect([await effects(probe), await letterIds(probe)]).toEqual([1, []]);
  });

  it('cannot be redriven where only its beginning is kept', async () => {
    const id = await refused(messageOf('x'.repeat(65_537)));
    await expect(letters().redrive(id)).rejects.toMatchObject({ code: 'dead-letter-truncated' });
    expect(await redriveNext()).toBe(0);
  });
});

it('whatever is done with an event, it has one effect at most, and none beside a letter', async () => {
  const act = fc.constantFrom('deliver', 'break', 'mend', 'redrive', 'drop', 'server 0', 'server 1');
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 12 }), fc.boolean(), async (acts, isAtOnce) => {
      const probe = newProbe();
      const id = await buried(probe);
      const does: Record<typeof act extends fc.Arbitrary<infer Act> ? Act : never, () => unknown> = {
        deliver: () => deliver(probe),
        break: () => broken.set(probe, new Error('broken')),
        mend: () => broken.delete(probe),
        redrive: () => letters().redrive(id),
        drop: () => letters().drop(id),
        'server 0': () => redriveNext(0),
        'server 1': () => redriveNext(1),
      };
      const running: Promise<unknown>[] = [];
      for (const one of acts) {
        // A letter that is gone refuses, as it should.
        const done = Promise.resolve(does[one]()).catch(() => undefined);
        running.push(done);
        if (!isAtOnce) await done;
      }
      await Promise.all(running);
      const [left, done] = [await letterIds(probe), await effects(probe)];
      if (left.length > 0) expect(done).toBe(0);
      expect(done).toBeLessThanOrEqual(1);
      await on.query('delete from events.dead_letter where event_id = $1', [eventOf(probe).id]);
    }),
    { numRuns: 200 },
  );
});
