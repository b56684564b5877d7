import { Controller } from '@nestjs/common';
import { Consumer, defineEventMetric, OnEvent } from '../../src/platform/events/index.js';
import { exposition } from '../../src/platform/metrics/index.js';
import { Workers } from '../../src/platform/workers/workers.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type EventHouse, eventually, moved, newProbe, openEventHouse } from '../support/event-house.js';
import { sumOf } from '../support/traffic/checker.js';

jest.setTimeout(60_000);

defineEventMetric({
  name: 'probe_versions_total',
  help: 'Sum of the versions of moved probes',
  on: 'probe.moved',
  labels: ['parity'],
  read: ({ version }) => ({ by: version, labels: { parity: version % 2 === 0 ? 'even' : 'odd' } }),
});
defineEventMetric({ name: 'probes_stopped_total', help: 'Probes that stopped', on: 'probe.stopped' });

@Consumer('refuser')
@Controller()
class Refuser {
  @OnEvent('probe.stopped')
  async refuse(): Promise<void> {
    throw new Error('never');
  }
}

let on: TestDatabase;
let house: EventHouse;
beforeAll(async () => {
  on = await createTestDatabase();
  house = await openEventHouse(on, { listeners: [Refuser] });
});
afterAll(async () => {
  await house.close();
  await on.drop();
});

const figure = async (name: string, label = ''): Promise<number> =>
  sumOf((await exposition()).text, name, label);

it('committed events count, by type and as the rooms declare, those rolled back do not', async () => {
  const probe = newProbe();
  await house.tell(moved(probe, 2), moved(probe, 3), { ...moved(probe, 4), type: 'probe.stopped' });
  await house.transaction
    .run(async () => {
      house.outbox.add(moved(probe, 5));
      throw new Error('no');
    })
    .catch(() => undefined);
  expect(await figure('domain_events_total', 'type="probe.moved"')).toBe(2);
  expect(await figure('probe_versions_total', 'parity="even"')).toBe(2);
  expect(await figure('probe_versions_total', 'parity="odd"')).toBe(3);
  expect(await figure('probes_stopped_total')).toBe(1);
});

it('published events count once they are acknowledged', async () => {
  await eventually('both', async () => (await figure('events_published_total', 'type="probe.moved"')) === 2);
});

it('what was set aside and what waits is seen, with the tries before', async () => {
  await eventually(
    'the letter',
    async () => (await on.query('select 1 from events.dead_letter')).rows.length === 1,
  );
  expect(await figure('listener_retries_total', 'consumer="refuser"')).toBe(4);
  house.app.get(Workers).start();
  await eventually('the figures', async () => (await figure('dead_letters', 'consumer="refuser"')) === 1);
  expect(await figure('outbox_backlog')).toBe(0);
  expect(await figure('outbox_lag_seconds')).toBe(0);
});
