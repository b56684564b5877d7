import { Controller } from '@nestjs/common';
import { Database } from '../../src/platform/database/database.js';
import { Dispatcher } from '../../src/platform/events/dispatcher.js';
import { Consumer, Inbox, OnEvent } from '../../src/platform/events/index.js';
import { armFailPoint } from '../../src/platform/faults/fail-point.js';
import { currentActor, currentContext } from '../../src/platform/http/request-context.js';
import { inProcess } from '../support/backing-services.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  type EventHouse,
  eventually,
  moved,
  newProbe,
  openEventHouse,
  type ProbeEvent,
} from '../support/event-house.js';

jest.setTimeout(60_000);

type Behaviour = (event: ProbeEvent) => void | Promise<void>;

/** By probe: what the ledger's listener does before it writes. */
const behaviours = new Map<string, Behaviour>();
const calls: string[] = [];
const actors = new Map<string, string>();
const traces = new Map<string, string | undefined>();

@Consumer('ledger')
@Controller()
class Ledger {
  constructor(private readonly database: Database) {}

  @OnEvent('probe.moved')
  async write(event: ProbeEvent): Promise<void> {
    calls.push(`${event.aggregateId} ${event.sequence}`);
    actors.set(event.aggregateId, currentActor());
    traces.set(event.aggregateId, currentContext()?.traceId);
    await this.database.rows('insert into public.effect (probe, version) values ($1, $2)', [
      event.aggregateId,
      event.sequence,
    ]);
    await behaviours.get(event.aggregateId)?.(event);
  }
}

@Consumer('bystander')
@Controller()
class Bystander {
  static readonly told: string[] = [];

  @OnEvent('probe.moved', 'probe.stopped')
  async note(event: ProbeEvent): Promise<void> {
    Bystander.told.push(`${event.aggregateId} ${event.sequence}`);
  }
}

let on: TestDatabase;
let house: EventHouse;
beforeAll(async () => {
  on = await createTestDatabase();
  await on.query('create table public.effect (probe text not null, version int not null)');
  house = await openEventHouse(on, { listeners: [Ledger, Bystander] });
}, 60_000);
afterAll(async () => {
  await house.close();
  await on.drop();
});

const effects = async (probe: string) =>
  (
    await on.query<{ version: number }>(
      'select version from public.effect where probe = $1 order by version',
      [probe],
    )
  ).rows.map((row) => row.version);
const callsOf = (probe: string) => calls.filter((call) => call.startsWith(probe)).length;
const deadOf = async (probe: string) =>
  (
    await on.query<{ consumer: string; sequence: number; tries: number; reason: string; error: string }>(
      'select * from events.dead_letter where aggregateid = $1',
      [probe],
    )
  ).rows;
const dueOf = async (probe: string) =>
  (
    await on.query<{ tries: number }>(
      'select due.tries from events.due join events.outbox o on o.id = due.event_id where o.aggregateid = $1',
      [probe],
    )
  ).rows;
const gone = (probe: string) => eventually('nothing is due', async () => (await dueOf(probe)).length === 0);

it('each consumer gets the event, as the system, under the trace of its cause', async () => {
  const probe = newProbe();
  await house.tell(moved(probe, 1));
  await eventually('the effect', async () => (await effects(probe)).length === 1);
  await eventually('the other consumer', () => Bystander.told.includes(`${probe} 1`));
  expect(actors.get(probe)).toBe('system:ledger');
  expect(traces.get(probe)).toMatch(/^[0-9a-f]{32}$/);
});

it('five tries, then a dead letter with its reason, and the next event of that key goes on', async () => {
  const probe = newProbe();
  behaviours.set(probe, (event) => {
    if (event.sequence === 1) throw new TypeError('this probe cannot be read');
  });
  await house.tell(moved(probe, 1), moved(probe, 2));
  await eventually('the next event', async () => (await effects(probe)).length === 1);
  expect(await effects(probe)).toEqual([2]);
  const [letter, ...more] = await deadOf(probe);
  expect(more).toEqual([]);
  expect(letter).toMatchObject({ consumer: 'ledger', sequence: 1, tries: 5, reason: 'TypeError' });
  expect(letter?.error).toContain('this probe cannot be read');
  expect(callsOf(probe)).toBe(6);
  await gone(probe);
});

it('a failing listener holds up neither other keys nor other consumers', async () => {
  const stuck = Array.from({ length: 10 }, newProbe);
  const free = newProbe();
  for (const probe of stuck) {
    behaviours.set(probe, () => {
      throw new Error('never');
    });
  }
  await house.tell(...stuck.map((probe) => moved(probe, 1)), moved(free, 1));
  await eventually('the free one', async () => (await effects(free)).length === 1);
  await eventually('the other consumer', () => stuck.every((probe) => Bystander.told.includes(`${probe} 1`)));
  expect(await Promise.all(stuck.map(deadOf))).toEqual(stuck.map(() => []));
  for (const probe of stuck) behaviours.delete(probe);
  for (const probe of stuck) await eventually('the rest', async () => (await effects(probe)).length === 1);
});

it('trouble with the database is no try', async () => {
  const probe = newProbe();
  let outages = 7;
  behaviours.set(probe, () => {
    if (outages-- > 0)
      throw Object.assign(new Error('the database system is starting up'), { code: '57P03' });
  });
  await house.tell(moved(probe, 1));
  await eventually('the effect', async () => (await effects(probe)).length === 1);
  expect(callsOf(probe)).toBe(8);
  expect(await deadOf(probe)).toEqual([]);
}, 60_000);

const reopen = async (environment?: NodeJS.ProcessEnv): Promise<void> => {
  await house.close();
  house = await openEventHouse(on, { listeners: [Ledger, Bystander], environment });
};

it('a crash does not begin the count of tries anew without a broker', async () => {
  const probe = newProbe();
  await reopen(inProcess);
  behaviours.set(probe, () => {
    throw new Error('never');
  });
  await house.tell(moved(probe, 1));
  await eventually('a failed try', async () => (await dueOf(probe)).some((row) => row.tries >= 2));
  await reopen(inProcess);
  await eventually('the dead letter', async () => (await deadOf(probe)).length === 1);
  expect(callsOf(probe)).toBe(5);
  await reopen();
}, 60_000);

it('an effect whose mark was lost is not repeated', async () => {
  const probe = newProbe();
  armFailPoint('after-effect-before-mark', () => {
    throw new Error('the listener crashed');
  });
  await house.tell(moved(probe, 1), moved(probe, 2));
  await eventually('the effects', async () => (await effects(probe)).length === 2);
  await gone(probe);
  expect(await effects(probe)).toEqual([1, 2]);
  expect(callsOf(probe)).toBe(2);
});

it('what was due when the process ended is told by the next', async () => {
  const probe = newProbe();
  await house.close();
  const writer = await openEventHouse(on, { isConnected: false });
  await writer.tell(moved(probe, 1), moved(probe, 2));
  await writer.close();
  expect(await effects(probe)).toEqual([]);
  house = await openEventHouse(on, { listeners: [Ledger, Bystander] });
  await eventually('the effects', async () => (await effects(probe)).length === 2);
}, 60_000);

describe('the inbox', () => {
  const inbox = () => house.app.get(Inbox);
  const write = (probe: string) => () =>
    house.database.rows('insert into public.effect values ($1, 1)', [probe]).then(() => undefined);

  it('lets one of ten simultaneous deliveries take effect', async () => {
    const probe = newProbe();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => inbox().once('ten', probe, write(probe))),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await effects(probe)).toEqual([1]);
  });

  it('forgets its row with an effect that was rolled back', async () => {
    const probe = newProbe();
    const failing = inbox().once('one', probe, async () => {
      await write(probe)();
      throw new Error('after the write');
    });
    await expect(failing).rejects.toThrow('after the write');
    expect(await inbox().once('one', probe, write(probe))).toBe(true);
    expect(await effects(probe)).toEqual([1]);
  });

  it('forgets what is older than anything that can be told again', async () => {
    await on.query(
      `insert into events.inbox values ('old', 'a', now() - interval '40 days'), ('old', 'b', now() - interval '20 days')`,
    );
    expect(await inbox().forget(31, 100)).toBe(1);
    expect((await on.query(`select event_id from events.inbox where consumer = 'old'`)).rows).toEqual([
      { event_id: 'b' },
    ]);
  });
});

it('two listeners of one consumer to one event stop the start', () => {
  expect(() => house.app.get(Dispatcher).register('ledger', 'probe.moved', async () => undefined)).toThrow(
    'listens twice',
  );
});

it('an event that nobody declares cannot be listened to', () => {
  expect(() => house.app.get(Dispatcher).register('ledger', 'probe.melted', async () => undefined)).toThrow(
    'no room declares',
  );
});
