import { DevelopmentIssuer } from '../../src/platform/auth/index.js';
import { Dispatcher } from '../../src/platform/events/dispatcher.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/event-house.js';
import { OrderDesk } from '../support/order-desk.js';
import { runCli } from '../support/run-cli.js';

jest.setTimeout(300_000);

interface Letter {
  id: string;
  consumer: string;
  tries: number;
  isReadable: boolean;
  isTruncated: boolean;
  type?: string;
  eventId?: string;
  payload?: unknown;
  body?: string;
  error?: string;
  code?: string;
}

let shop: TestApp;
let desk: OrderDesk;
let service: Record<string, string>;
beforeAll(async () => {
  shop = await startTestApp();
  desk = await OrderDesk.open(shop, { prefix: 'LETTER', count: 1 });
  const token = await shop.app
    .get(DevelopmentIssuer, { strict: false })
    .token({ role: 'service', scopes: ['events:read'] });
  service = { authorization: `Bearer ${token}` };
}, 60_000);
afterAll(() => shop.close(), 60_000);

const send = <Body = Letter>(method: string, path: string, as = desk.staff) =>
  desk.send<Body>(method, path, undefined, as);
const cli = (...words: string[]) =>
  runCli(
    { PATH: process.env['PATH'], NODE_ENV: 'test', LOG_LEVEL: 'silent', DATABASE_URL: shop.database.url },
    ...words,
  );

let offset = 0;

/** A message that nobody could read. */
async function unreadable(body = 'a.shopper@example.com'): Promise<string> {
  const message = {
    topic: 'shop.orders',
    partition: 4,
    offset: String((offset += 1)),
    key: 'a key',
    headers: { ce_type: 'order.placed' },
    body: Buffer.from(body),
  };
  await shop.app
    .get(Dispatcher, { strict: false })
    .refuse('orders', message, new SyntaxError(`not JSON: ${body.slice(0, 30)}`));
  const { rows } = await shop.database.query<{ id: string }>(
    'select id from events.dead_letter where source_offset = $1',
    [message.offset],
  );
  return rows[0]?.id ?? '';
}

/** An event that took effect, set aside after the fact as if its listener had failed. */
async function setAside(): Promise<string> {
  await desk.invoiced();
  const row = await eventually('a listener took an event', async () => {
    const { rows } = await shop.database.query<{ id: string }>(
      `with place as (
         update events.inbox set is_set_aside = true where (consumer, event_id) in (
           select i.consumer, i.event_id from events.inbox i join events.outbox o on o.id::text = i.event_id limit 1)
         returning consumer, event_id
       )
       insert into events.dead_letter (consumer, event_id, type, aggregatetype, aggregateid, key, sequence, topic, payload, occurred_at, reason, error, tries)
       select consumer, o.id, type, aggregatetype, aggregateid, key, sequence, topic, payload, occurred_at, 'Error', 'Error: broken', 5
       from place join events.outbox o on o.id::text = place.event_id returning id`,
    );
    return rows[0];
  });
  return row.id;
}

describe('for those who run the shop', () => {
  it('the list leads to letters page by page, and to those of a consumer or a type', async () => {
    const ids = [await unreadable(), await unreadable(), await unreadable()];
    const first = await send<{ items: Letter[]; nextCursor: string }>(
      'GET',
      'dead-letters?limit=2&type=order.placed',
    );
    const path = `dead-letters?limit=2&type=order.placed&cursor=${first.body.nextCursor}`;
    const second = await send<{ items: Letter[]; nextCursor?: string }>('GET', path);
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(ids.reverse());
    expect(second.body.nextCursor).toBeUndefined();
    const others = await send<{ items: Letter[] }>('GET', 'dead-letters?consumer=nobody');
    expect(others.body.items).toEqual([]);
    for (const id of ids) expect((await send('DELETE', `dead-letters/${id}`)).status).toBe(204);
  });

  it('what nobody could read is shown to admins alone', async () => {
    const id = await unreadable();
    const { body: whole } = await send('GET', `dead-letters/${id}`);
    expect(Buffer.from(whole.body ?? '', 'base64').toString()).toBe('a.shopper@example.com');
    expect(whole).toMatchObject({ isReadable: false, key: 'a key', headers: { ce_type: 'order.placed' } });
    const { status, body: part } = await send('GET', `dead-letters/${id}`, service);
    expect(status).toBe(200);
    expect(part).toMatchObject({ id, reason: 'SyntaxError', source: { topic: 'shop.orders', partition: 4 } });
    expect(JSON.stringify(part)).not.toMatch(/shopper|a key/);
    await send('DELETE', `dead-letters/${id}`);
  });

  it('an event is redriven by a server, soon', async () => {
    const id = await setAside();
    expect((await send('GET', `dead-letters/${id}`, service)).body).toMatchObject({
      isReadable: true,
      payload: expect.any(Object),
      error: 'Error: broken',
    });
    const asked = await send('POST', `dead-letters/${id}/redrive`);
    expect([asked.status, asked.headers.get('location')]).toEqual([202, `/v1/dead-letters/${id}`]);
    await eventually(
      'the letter is gone',
      async () => (await send('GET', `dead-letters/${id}`)).status === 404,
    );
  });

  it('a letter that is gone, or cut off, refuses with a problem document', async () => {
    const gone = await unreadable();
    await send('DELETE', `dead-letters/${gone}`);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/redrive'],
      ['DELETE', ''],
    ] as const)
      expect((await send(method, `dead-letters/${gone}${path}`)).body.code).toBe('dead-letter-not-found');
    const cut = await unreadable('x'.repeat(70_000));
    const refused = await send('POST', `dead-letters/${cut}/redrive`);
    expect([refused.status, refused.body.code]).toEqual([409, 'dead-letter-truncated']);
    await send('DELETE', `dead-letters/${cut}`);
  });

  it('the status tells what waits and how many letters each consumer has', async () => {
    const id = await unreadable();
    const { body } = await send<{ backlog: number; days: unknown[]; consumers: unknown[] }>(
      'GET',
      'events/status',
    );
    expect(body.days.length).toBeGreaterThanOrEqual(8);
    expect(body.consumers).toContainEqual(expect.objectContaining({ consumer: 'orders', deadLetters: 1 }));
    await send('DELETE', `dead-letters/${id}`);
  });
});

describe('the command line', () => {
  it('lists, shows and drops', async () => {
    const id = await unreadable();
    const listed = await cli('dlq', 'list', '--consumer', 'orders', '--json');
    expect(JSON.parse(listed.output)).toMatchObject([{ id, type: 'order.placed', tries: 1 }]);
    expect((await cli('dlq', 'list')).output).toContain(`${id}  `);
    const shown = await cli('dlq', 'show', id);
    expect(JSON.parse(shown.output)).toMatchObject({ id, key: 'a key' });
    expect(await cli('dlq', 'drop', id)).toEqual({ code: 0, output: `dropped   ${id}\n` });
    expect((await cli('dlq', 'list')).output).toBe('there are no dead letters\n');
  });

  it('redrives, and tells what became of each', async () => {
    const [event, message] = [await setAside(), await unreadable()];
    expect(await cli('dlq', 'redrive', event)).toEqual({ code: 0, output: `redriven  ${event}\n` });
    const failed = await cli('dlq', 'redrive', '--all', '--consumer', 'orders');
    // Only a server with brokers reads their messages, and then says what is wrong with this one.
    const why =
      process.env['TEST_TRANSPORT'] === 'kafka'
        ? 'NotJson: the body is not JSON'
        : 'Error: this server reads no messages of a broker\n';
    expect(failed.code).toBe(1);
    expect(failed.output.startsWith(`failed    ${message} ${why}`)).toBe(true);
    expect(failed.output.trimEnd().split('\n')).toHaveLength(1);
    await cli('dlq', 'drop', message);
  });

  it.each([
    [['dlq', 'show', 'a'], 'a is no id of a dead letter; `dlq list` shows them'],
    [['dlq', 'drop', '019370a0-0000-7000-8000-000000000000'], 'there is no dead letter 019370a0-'],
    [['dlq', 'redrive', '019370a0-0000-7000-8000-000000000000'], 'there is no dead letter 019370a0-'],
    [['dlq', 'redrive'], 'name the ids, or say --all'],
  ])('%j ends with a sentence and exit code 1', async (words, sentence) => {
    const { code, output } = await cli(...words);
    expect(code).toBe(1);
    expect(output).toContain(sentence);
    expect(output).not.toContain('    at ');
  });

  it('tells the status of the outbox', async () => {
    const { code, output } = await cli('outbox', 'status');
    expect(code).toBe(0);
    expect(output).toMatch(/^unpublished {2}\d+/m);
    expect(JSON.parse((await cli('outbox', 'status', '--json')).output)).toMatchObject({
      backlog: expect.any(Number),
    });
  });
});
