import { type BrokerMessage, DeadLetters, Dispatcher } from '../../src/platform/events/index.js';
import { Redriver } from '../../src/platform/events/redriver.js';
import { type EventHouse, eventually, moved, newProbe } from '../support/event-house.js';
import { before, type LedgerHouse, newLedgerHouse } from '../support/ledger-house.js';

jest.setTimeout(120_000);

const never = (): never => {
  throw new TypeError('never');
};

let ledger: LedgerHouse;
let house: EventHouse;
beforeAll(async () => {
  ledger = await newLedgerHouse();
  house = await ledger.open();
});
afterAll(() => ledger.close());

const effects = (probe: string): Promise<number[]> => ledger.effects(probe);
const letterOf = (column: string, value: string) =>
  eventually('the letter', async () => {
    const { rows } = await ledger.on.query<{ id: string }>(
      `select id from events.dead_letter where ${column} = $1`,
      [value],
    );
    return rows[0]?.id;
  });

async function redrive(id: string): Promise<void> {
  await house.app.get(DeadLetters).redrive(id);
  expect(await house.app.get(Redriver).redriveNext()).toBe(1);
}

/** As the broker brought it before this version of the program, which can read it, came. */
async function refused(probe: string, body: string | null): Promise<string> {
  const message: BrokerMessage = {
    topic: ledger.topics.nameOf('orders'),
    partition: 0,
    offset: String(Date.now()),
    key: probe,
    headers: {
      ce_specversion: '1.0',
      ce_id: newProbe(),
      ce_type: 'probe.moved',
      ce_subject: probe,
      ce_sequence: '1',
      ce_time: '2026-01-01T00:00:00.000Z',
    },
    body: body === null ? null : Buffer.from(body),
  };
  await house.app.get(Dispatcher).refuse('ledger', message, new Error('a type of tomorrow'));
  return letterOf('key', probe);
}

it('an event that died on its way over the broker takes effect once its cause is mended', async () => {
  const probe = newProbe();
  before.set(probe, never);
  await house.tell(moved(probe, 1));
  const id = await letterOf('aggregateid', probe);
  before.delete(probe);
  await redrive(id);
  expect(await effects(probe)).toEqual([1]);
});

it('a message that a newer program can read is read anew', async () => {
  const probe = newProbe();
  await redrive(await refused(probe, JSON.stringify({ probeId: probe, version: 1 })));
  expect(await effects(probe)).toEqual([1]);
});

it('a tombstone stays what it is, and says so', async () => {
  const id = await refused(newProbe(), null);
  await redrive(id);
  expect(await house.app.get(DeadLetters).read(id)).toMatchObject({ reason: 'Tombstone', tries: 2 });
});
