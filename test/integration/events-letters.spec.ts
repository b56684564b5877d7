import fc from 'fast-check';
import { DeadLettersRepository } from '../../src/platform/events/dead-letters.repository.js';
import { Dispatcher, type Verdict } from '../../src/platform/events/dispatcher.js';
import { type BrokerMessage, Inbox, type CarriedEvent } from '../../src/platform/events/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually, type EventHouse, newProbe, openEventHouse } from '../support/event-house.js';

jest.setTimeout(60_000);

let on: TestDatabase;
let house: EventHouse;
/** Probes whose listener fails, after its write. */
const broken = new Set<string>();
beforeAll(async () => {
  on = await createTestDatabase();
  await on.query('create table public.effect (event uuid not null)');
  house = await openEventHouse(on, { isConnected: false });
  dispatcher().register('reader', 'probe.moved', async ({ id, aggregateId }) => {
    await house.database.rows('insert into public.effect values ($1)', [id]);
    if (broken.has(aggregateId)) throw new RangeError(`no\0room \ud800 for it`);
  });
}, 60_000);
afterAll(async () => {
  await house.close();
  await on.drop();
});

const dispatcher = () => house.app.get(Dispatcher);

function eventOf(probe: string): CarriedEvent {
  return {
    id: newProbe(),
    type: 'probe.moved',
    aggregateId: probe,
    aggregateType: 'probe',
    sequence: 1,
    key: probe,
    topic: 'orders',
    occurredAt: new Date('2026-11-01T10:00:00.123Z'),
    isReplay: false,
    payload: { probeId: probe, version: 1 },
  };
}

let offset = 0;
const messageOf = (body: Buffer | null, headers: Record<string, string> = {}): BrokerMessage => ({
  topic: 'shop.orders',
  partition: 3,
  offset: String((offset += 1)),
  key: 'a key',
  headers,
  body,
});

const letters = async (where: string, value: unknown) =>
  (await on.query<Record<string, unknown>>(`select * from events.dead_letter where ${where} = $1`, [value]))
    .rows;
const effects = async ({ id }: CarriedEvent) =>
  (await on.query('select from public.effect where event = $1', [id])).rowCount;
const isWaiting = async (what: string, state: string) =>
  (
    await on.query(
      `select from pg_stat_activity where datname = current_database() and ${what} and state = $1`,
      [state],
    )
  ).rowCount;
const letterOf = (verdict: Verdict) => (verdict.isDone ? verdict.letter : undefined);

it('an event of a broker that keeps failing becomes a letter that says why and from where, after its fifth try', async () => {
  const probe = newProbe();
  broken.add(probe);
  const [event, message] = [eventOf(probe), messageOf(Buffer.from('{}'))];
  for (let tries = 0; tries < 4; tries += 1)
    expect(await dispatcher().deliver('reader', event, tries, message)).toMatchObject({
      isDone: false,
      tries: tries + 1,
    });
  expect(await letters('event_id', event.id)).toEqual([]);
  const verdict = await dispatcher().deliver('reader', event, 4, message);
  expect(letterOf(verdict)).toMatchObject({
    consumer: 'reader',
    event,
    message,
    reason: 'RangeError',
    tries: 5,
  });
  expect(await letters('event_id', event.id)).toMatchObject([
    {
      tries: 5,
      reason: 'RangeError',
      payload: event.payload,
      occurred_at: event.occurredAt,
      source_topic: 'shop.orders',
      source_partition: 3,
      source_offset: Number(message.offset),
      body: null,
    },
  ]);
  expect(await effects(event)).toBe(0);
});

it('a crash after the letter brings the event again: no effect, and the same letter to publish', async () => {
  const probe = newProbe();
  broken.add(probe);
  const [event, message] = [eventOf(probe), messageOf(null)];
  const verdict = await dispatcher().deliver('reader', event, 4, message);
  broken.delete(probe);
  const repeated = await dispatcher().deliver('reader', event, 0, message);
  expect(letterOf(repeated)).toEqual({
    ...letterOf(verdict),
    error: expect.stringContaining('room \ufffd for it'),
  });
  expect(await dispatcher().deliver('reader', event, 0)).toEqual({ isDone: true });
  expect(await effects(event)).toBe(0);
  expect(await letters('event_id', event.id)).toHaveLength(1);
});

it('an event that takes effect meanwhile, told by another process, gets no letter', async () => {
  const event = eventOf(newProbe());
  const letter = { consumer: 'slow', event, reason: 'Error', error: 'of the one that lost', tries: 5 };
  let commit: () => void = () => undefined;
  const committing = new Promise<void>((resolve) => (commit = resolve));
  const effect = house.app.get(Inbox).once('slow', event.id, () => committing);
  await eventually('the inbox row', () =>
    isWaiting("query like '%into events.inbox%'", 'idle in transaction'),
  );
  const keeping = house.app.get(DeadLettersRepository).keepEvent(letter);
  await eventually('the letter waits', () => isWaiting("wait_event_type = 'Lock'", 'active'));
  commit();
  expect([await effect, await keeping]).toEqual([true, false]);
  expect(await letters('event_id', event.id)).toEqual([]);
});

describe('an event whose statements take too long', () => {
  const deliver = (event: CarriedEvent) => dispatcher().deliver('sluggish', event, 0);
  const deliverBesideOthers = async (event: CarriedEvent) => {
    const [verdict] = await Promise.all([
      deliver(event),
      dispatcher().deliver('reader', eventOf(newProbe()), 0),
    ]);
    return verdict;
  };
  beforeAll(() => {
    dispatcher().register('sluggish', 'probe.moved', async () => {
      await house.database.rows('set local statement_timeout = 100');
      await house.database.rows('select pg_sleep(30)');
    });
  });

  it('waits without end while nothing else takes effect either', async () => {
    const event = eventOf(newProbe());
    for (let time = 0; time < 45; time += 1)
      expect(await deliver(event)).toMatchObject({ isDone: false, tries: 0 });
    expect(await letters('event_id', event.id)).toEqual([]);
  });

  it('has failed by itself when others took effect forty times meanwhile', async () => {
    const event = eventOf(newProbe());
    for (let time = 0; time < 39; time += 1)
      expect(await deliverBesideOthers(event)).toMatchObject({ isDone: false, tries: 0 });
    expect(letterOf(await deliverBesideOthers(event))).toMatchObject({ consumer: 'sluggish', event });
  });
});

describe('a message that is no event of ours', () => {
  const unreadable = new SyntaxError('not JSON');

  it('is kept as it came, with its headers, once however often it comes', async () => {
    const message = messageOf(Buffer.from([0, 255, 10]), { ce_type: 'probe.moved', odd: 'a\0b\\u0000' });
    const first = await dispatcher().refuse('reader', message, unreadable);
    const second = await dispatcher().refuse('reader', message, unreadable);
    expect(letterOf(first)).toMatchObject({ message, reason: 'SyntaxError', tries: 1 });
    expect(letterOf(second)).toEqual(letterOf(first));
    expect(await letters('source_offset', message.offset)).toMatchObject([
      {
        event_id: null,
        type: 'probe.moved',
        key: 'a key',
        headers: { ce_type: 'probe.moved', odd: 'a\ufffdb\\u0000' },
        body: Buffer.from([0, 255, 10]),
        is_truncated: false,
      },
    ]);
  });

  it('keeps the first 64 kB of two megabytes and says so', async () => {
    const message = messageOf(Buffer.alloc(2_000_000, 'x'));
    await dispatcher().refuse('reader', message, new Error('too large'));
    const [letter] = await letters('source_offset', message.offset);
    expect(letter).toMatchObject({ is_truncated: true, body: Buffer.alloc(65_536, 'x') });
  });

  it('may be a tombstone', async () => {
    const message = { ...messageOf(null), key: null };
    await dispatcher().refuse('reader', message, new Error('empty'));
    expect(await letters('source_offset', message.offset)).toMatchObject([{ body: null, key: null }]);
  });

  it('waits, at the same count, while there is no database to keep it in', async () => {
    const other = await createTestDatabase();
    const elsewhere = await openEventHouse(other, { isConnected: false });
    await other.query('alter table events.dead_letter rename to away');
    try {
      const refused = await elsewhere.app.get(Dispatcher).refuse('reader', messageOf(null), unreadable, 2);
      expect(refused).toMatchObject({ isDone: false, tries: 1 });
    } finally {
      await elsewhere.close();
      await other.drop();
    }
  });
});

it('whatever order deliveries come in, an event has either its effect or a letter, never both', async () => {
  const plan = fc.record({ tries: fc.constantFrom(0, 4), isBroken: fc.boolean() });
  const plans = fc.array(plan, { minLength: 2, maxLength: 6 });
  const moods: boolean[] = [];
  dispatcher().register('moody', 'probe.moved', async ({ id }) => {
    const isBroken = moods.shift();
    await house.database.rows('insert into public.effect values ($1)', [id]);
    if (isBroken) throw new Error('not now');
  });
  await fc.assert(
    fc.asyncProperty(plans, async (deliveries) => {
      const event = eventOf(newProbe());
      moods.push(...deliveries.map(({ isBroken }) => isBroken));
      await Promise.all(deliveries.map(({ tries }) => dispatcher().deliver('moody', event, tries)));
      moods.length = 0;
      const [letter] = await letters('event_id', event.id);
      if (letter) expect(await effects(event)).toBe(0);
      expect(await effects(event)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 300 },
  );
});
