import { Controller } from '@nestjs/common';
import { Kafka as KafkaEvents } from 'cloudevents';
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from '../../src/platform/database/database.js';
import { Consumer, OnEvent } from '../../src/platform/events/index.js';
import { ConsumerLag } from '../../src/platform/kafka/consumer-lag.js';
import { TopicsService } from '../../src/platform/kafka/index.js';
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
import { newTopics, type TestTopics } from '../support/topics.js';

jest.setTimeout(120_000);

type Behaviour = (event: ProbeEvent) => void | Promise<void>;
const behaviours = new Map<string, Behaviour>();

@Consumer('ledger')
@Controller()
class Ledger {
  constructor(private readonly database: Database) {}

  @OnEvent('probe.moved')
  async write(event: ProbeEvent): Promise<void> {
    await behaviours.get(event.aggregateId)?.(event);
    await this.database.rows('insert into public.effect (probe, version) values ($1, $2)', [
      event.aggregateId,
      event.sequence,
    ]);
  }
}

let on: TestDatabase;
let topics: TestTopics;
let house: EventHouse;
beforeAll(async () => {
  on = await createTestDatabase();
  await on.query('create table public.effect (turn serial, probe text not null, version int not null)');
  topics = newTopics();
  house = await openEventHouse(on, { listeners: [Ledger], environment: topics.environment });
});
afterAll(async () => {
  await house.close();
  await topics.remove();
  await on.drop();
});

const effects = async (probe: string): Promise<number[]> =>
  (
    await on.query<{ version: number }>('select version from public.effect where probe = $1 order by turn', [
      probe,
    ])
  ).rows.map((row) => row.version);
const lettersOf = async (where: string, value: string) =>
  (
    await on.query<{ reason: string; tries: number }>(
      `select * from events.dead_letter where ${where} = $1`,
      [value],
    )
  ).rows;

describe('events over the broker', () => {
  it('take effect once each, in the order of their aggregate', async () => {
    const probes = Array.from({ length: 20 }, newProbe);
    for (let version = 1; version <= 10; version += 1)
      await house.tell(...probes.map((probe) => moved(probe, version)));
    for (const probe of probes) {
      await eventually('all effects', async () => (await effects(probe)).length >= 10);
      expect(await effects(probe)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });

  it('are CloudEvents 1.0 in binary mode, keyed by their aggregate', async () => {
    const probe = newProbe();
    await house.tell(moved(probe, 1));
    const read = await eventually('the message', async () =>
      (await topics.read('orders')).find(({ key }) => key === probe),
    );
    const message = { ...read, body: read.value };
    const event = KafkaEvents.toEvent(message);
    if (Array.isArray(event)) throw new Error('one message is one event');
    expect(KafkaEvents.isEvent(message)).toBe(true);
    expect(event).toMatchObject({
      specversion: '1.0',
      type: 'probe.moved',
      subject: probe,
      sequence: '1',
      datacontenttype: 'application/json',
    });
    const { rows } = await on.query<{ id: string }>('select id from events.outbox where aggregateid = $1', [
      probe,
    ]);
    expect(event.id).toBe(rows[0]?.id);
    expect(JSON.parse(message.value)).toEqual({ probeId: probe, version: 1 });
  });

  it('that a listener refuses five times die, with headers that say why and from where, and hold back nobody', async () => {
    const bad = newProbe();
    // So many that some share the partition of the bad one.
    const good = Array.from({ length: 30 }, newProbe);
    behaviours.set(bad, ({ sequence }) => {
      if (sequence === 1) throw new TypeError('never');
    });
    await house.tell(moved(bad, 1), moved(bad, 2), ...good.map((probe) => moved(probe, 1)));
    const toldAt = Date.now();
    for (const probe of good)
      await eventually('the good one', async () => (await effects(probe)).length === 1);
    expect(Date.now() - toldAt).toBeLessThan(10_000);
    await eventually('the later one of the bad key', async () => (await effects(bad)).length === 1);
    expect(await effects(bad)).toEqual([2]);
    expect(await lettersOf('aggregateid', bad)).toMatchObject([{ reason: 'TypeError', tries: 5 }]);
    const letter = await eventually('the message of the letter', async () =>
      (await topics.read('dead-letters')).find(({ key }) => key === bad),
    );
    expect(letter.headers).toMatchObject({
      ce_type: 'probe.moved',
      dlq_consumer: 'ledger',
      dlq_reason: 'TypeError',
      dlq_tries: '5',
      dlq_source_topic: topics.nameOf('orders'),
      dlq_source_partition: expect.stringMatching(/^\d+$/),
      dlq_source_offset: expect.stringMatching(/^\d+$/),
    });
    expect(letter.headers['dlq_error']).toContain('never');
  });

  const envelope = (probe: string) => ({
    ce_specversion: '1.0',
    ce_id: newProbe(),
    ce_type: 'probe.moved',
    ce_subject: probe,
    ce_sequence: '1',
    ce_time: '2026-01-01T00:00:00.000Z',
  });
  it.each([
    ['NotJson', 'no json', {}],
    ['UnknownType', '{}', { ce_type: 'probe.vanished' }],
    ['WrongSchema', '{"probeId":7}', {}],
    ['WrongEnvelope', '{"probeId":"x","version":1}', { ce_id: 'one' }],
    ['WrongEnvelope', '{"probeId":"x","version":1}', { ce_sequence: '3000000000' }],
    ['WrongEnvelope', '{"probeId":"x","version":1}', { ce_sequence: '1.5' }],
    ['WrongEnvelope', '{"probeId":"x","version":1}', { ce_time: '+275760-09-01T00:00:00Z' }],
    ['Tombstone', null, {}],
    ['NotJson', 'a header as long as a body', { blob: 'x'.repeat(2_000_000) }],
    ['TooLarge', JSON.stringify({ probeId: 'x'.repeat(2_000_000), version: 1 }), {}],
  ])(
    'a message that is no event (%s) dies at once, whole up to 64 kB, and holds back nobody',
    async (reason, value, headers) => {
      const probe = newProbe();
      await topics.write('orders', { key: probe, value, headers: { ...envelope(probe), ...headers } });
      await topics.write('orders', {
        key: probe,
        value: JSON.stringify({ probeId: probe, version: 1 }),
        headers: envelope(probe),
      });
      await eventually('the good one behind it', async () => (await effects(probe)).length === 1);
      expect(await lettersOf('key', probe)).toMatchObject([{ reason }]);
      const letter = await eventually('the message of the letter', async () =>
        (await topics.read('dead-letters')).find(({ key }) => key === probe),
      );
      expect(letter.headers).toMatchObject({ dlq_consumer: 'ledger', dlq_reason: reason });
      expect(letter.value).toBe((value ?? '').slice(0, 65_536));
    },
  );
});

it('what the brokers have is not said again while the database takes no mark of it', async () => {
  await on.query(`
    create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse before update on events.outbox for each row execute function public.refuse();`);
  const probe = newProbe();
  await house.tell(moved(probe, 1));
  const messages = async () => (await topics.read('orders')).filter(({ key }) => key === probe).length;
  await eventually('the effect', async () => (await effects(probe)).length === 1);
  await pause(3000);
  expect(await messages()).toBe(1);
  await on.query('drop trigger refuse on events.outbox');
  await eventually('the mark', async () => {
    const { rows } = await on.query('select from events.outbox where published_at is null');
    return rows.length === 0;
  });
  expect(await messages()).toBe(1);
});

it('how far a room is behind is known while it works, and when nothing is left', async () => {
  const probe = newProbe();
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  behaviours.set(probe, () => held);
  await house.tell(moved(probe, 1), moved(probe, 2), moved(probe, 3));
  const lag = house.app.get(ConsumerLag);
  await eventually('the lag', async () => (await lag.read())['ledger'] === 3);
  goOn();
  await eventually('no lag', async () => (await lag.read())['ledger'] === 0);
});

describe('the topics', () => {
  it('are applied as often as one likes', async () => {
    const service = house.app.get(TopicsService);
    expect(await service.apply()).toEqual({ created: [], changed: [], differing: [] });
  });

  it('get back a setting that somebody changed, and keep those that are an operator’s own', async () => {
    const service = house.app.get(TopicsService);
    await topics.alter('dead-letters', { 'retention.ms': '60000', 'segment.ms': '3600000' });
    expect(await service.apply()).toMatchObject({ changed: [topics.nameOf('dead-letters')] });
    expect(await topics.settingsOf('dead-letters')).toMatchObject({
      'retention.ms': '604800000',
      'segment.ms': '3600000',
    });
  });

  it('with another number of partitions are left to a person', async () => {
    await topics.addPartition('dead-letters');
    const { differing } = await house.app.get(TopicsService).apply();
    expect(differing).toEqual([`${topics.nameOf('dead-letters')} has 4 partitions, wanted: 3`]);
  });
});

describe('two processes on the same topics', () => {
  it('share the work, and one goes on alone when the other leaves', async () => {
    const other = await openEventHouse(on, { listeners: [Ledger], environment: topics.environment });
    const probes = Array.from({ length: 10 }, newProbe);
    await house.tell(...probes.map((probe) => moved(probe, 1)));
    await other.tell(...probes.map((probe) => moved(probe, 2)));
    await other.close();
    await house.tell(...probes.map((probe) => moved(probe, 3)));
    for (const probe of probes) {
      await eventually('all effects', async () => (await effects(probe)).length >= 3);
      expect(await effects(probe)).toEqual([1, 2, 3]);
    }
  });
});

it('what waited in the database when brokers were configured still takes effect', async () => {
  const database = await createTestDatabase();
  await database.query('create table public.effect (turn serial, probe text not null, version int not null)');
  const probe = newProbe();
  behaviours.set(probe, () => {
    throw new Error('not in this process');
  });
  const before = await openEventHouse(database, { listeners: [Ledger], environment: inProcess });
  await before.tell(moved(probe, 1));
  await eventually(
    'a failed try',
    async () => (await database.query('select from events.due where tries > 0')).rowCount,
  );
  await before.close();
  behaviours.delete(probe);
  const fresh = newTopics();
  const after = await openEventHouse(database, { listeners: [Ledger], environment: fresh.environment });
  await eventually('the effect', async () => (await database.query('select from public.effect')).rowCount);
  await after.close();
  await fresh.remove();
  await database.drop();
});
