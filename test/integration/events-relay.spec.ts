import { Controller } from '@nestjs/common';
import pg from 'pg';
import { armFailPoint } from '../../src/platform/faults/fail-point.js';
import { Consumer, OnEvent, PublishedEvents } from '../../src/platform/events/index.js';
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

const told: ProbeEvent[] = [];

@Consumer('witness')
@Controller()
class Witness {
  @OnEvent('probe.moved')
  async note(event: ProbeEvent): Promise<void> {
    told.push(event);
  }
}

let on: TestDatabase;
let house: EventHouse;
beforeAll(async () => {
  on = await createTestDatabase();
  house = await openEventHouse(on, { listeners: [Witness] });
}, 60_000);
afterAll(async () => {
  await house.close();
  await on.drop();
});

const versionsTold = (probe: string) =>
  told.filter((event) => event.aggregateId === probe).map((event) => event.sequence);
const unpublished = async () =>
  (await on.query('select 1 from events.outbox where published_at is null')).rows.length;
const relaySession = `select pid from pg_locks where locktype = 'advisory' and objid = 7255102 and granted
  and database = (select oid from pg_database where datname = current_database())`;

async function killRelaySession(): Promise<void> {
  await eventually('the relay’s session ends', async () => {
    const { rows } = await on.query<{ pid: number }>(relaySession);
    if (rows[0]) await on.query('select pg_terminate_backend($1)', [rows[0].pid]);
    return rows.length > 0;
  });
}

it('brings what was committed to the listeners, whole and marked', async () => {
  const probe = newProbe();
  await house.tell(moved(probe, 1));
  await eventually('the event', () => versionsTold(probe).length === 1);
  expect(told.find((event) => event.aggregateId === probe)).toMatchObject({
    type: 'probe.moved',
    key: probe,
    sequence: 1,
    payload: { probeId: probe, version: 1 },
    isReplay: false,
  });
  await eventually('the mark', async () => (await unpublished()) === 0);
});

it('publishes nothing of what was rolled back', async () => {
  const probe = newProbe();
  await house.transaction
    .run(async () => {
      house.outbox.add(moved(probe, 1));
      throw new Error('no');
    })
    .catch(() => undefined);
  await house.tell(moved(probe, 1));
  await eventually('the one that was committed', () => versionsTold(probe).length > 0);
  expect(versionsTold(probe)).toEqual([1]);
});

it('loses and doubles nothing when it breaks between publishing and marking', async () => {
  const probe = newProbe();
  armFailPoint('after-publish-before-mark', () => {
    throw new Error('the relay crashed');
  });
  for (let version = 1; version <= 50; version += 1) await house.tell(moved(probe, version));
  await eventually('all fifty', () => versionsTold(probe).length >= 50);
  await eventually('the marks', async () => (await unpublished()) === 0);
  expect(versionsTold(probe)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
});

it('loses and doubles nothing when its connection is killed again and again', async () => {
  const probes = Array.from({ length: 20 }, newProbe);
  const kills = (async () => {
    for (let kill = 0; kill < 3; kill += 1) await killRelaySession();
  })();
  for (let version = 1; version <= 20; version += 1)
    await house.tell(...probes.map((probe) => moved(probe, version)));
  await kills;
  const expected = Array.from({ length: 20 }, (_, at) => at + 1);
  for (const probe of probes) {
    await eventually(`all of ${probe}`, () => versionsTold(probe).length >= 20);
    expect(versionsTold(probe)).toEqual(expected);
  }
}, 60_000);

it('publishes an event whose position is lower than one that was published before', async () => {
  const [early, late] = [newProbe(), newProbe()];
  const slow = new pg.Client({ connectionString: on.url });
  await slow.connect();
  await slow.query('begin');
  await slow.query(
    `insert into events.outbox (id, aggregatetype, aggregateid, type, payload, position, key, sequence, topic)
     values (gen_random_uuid(), 'probe', $1, 'probe.moved', $2, nextval('events.outbox_position'), $1, 1, 'orders')`,
    [late, { probeId: late, version: 1 }],
  );
  await house.tell(moved(early, 1));
  await eventually('the one that was added later', () => versionsTold(early).length === 1);
  await eventually('its mark', async () => (await unpublished()) === 0);
  await slow.query('commit');
  await slow.end();
  await eventually('the one that was committed later', () => versionsTold(late).length === 1);
});

it('keeps the order of every aggregate while many write at once', async () => {
  const probes = Array.from({ length: 10 }, newProbe);
  await Promise.all(
    probes.map(async (probe) => {
      for (let version = 1; version <= 30; version += 1) await house.tell(moved(probe, version));
    }),
  );
  const expected = Array.from({ length: 30 }, (_, at) => at + 1);
  for (const probe of probes) {
    await eventually(`all of ${probe}`, () => versionsTold(probe).length >= 30);
    expect(versionsTold(probe)).toEqual(expected);
  }
}, 60_000);

describe('with two processes on one database', () => {
  let other: EventHouse;
  beforeAll(async () => {
    other = await openEventHouse(on, { listeners: [Witness] });
  });

  it('one of them relays, and is woken by what the other commits', async () => {
    expect((await on.query(relaySession)).rows).toHaveLength(1);
    const probe = newProbe();
    await other.tell(moved(probe, 1));
    await eventually('the event', () => versionsTold(probe).length === 1);
  });

  it('both are told what went out, for their caches', async () => {
    const seen: string[] = [];
    for (const [name, one] of [
      ['first', house],
      ['second', other],
    ] as const) {
      one.app.get(PublishedEvents).on('probe.stopped', (keys) => seen.push(`${name} ${String(keys)}`));
    }
    // Anybody with a connection can send these, and they harm nobody.
    await on.query(`notify shop_published, 'no JSON'; notify shop_published; notify shop_streams, '{}'`);
    const probe = newProbe();
    await other.tell({ ...moved(probe, 1), type: 'probe.stopped' });
    await eventually('both', () => seen.length === 2);
    expect(seen.sort()).toEqual([`first ${probe}`, `second ${probe}`]);
  });

  it('the other takes over when the first ends', async () => {
    await house.close();
    const probe = newProbe();
    await other.tell(moved(probe, 1));
    await eventually('the event', () => versionsTold(probe).length === 1);
    house = other;
  });
});
