import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { armFailPoint } from '../../src/platform/faults/fail-point.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/event-house.js';
import { EventReader } from '../support/event-reader.js';
import { OrderDesk, type Placed } from '../support/order-desk.js';

jest.setTimeout(120_000);

type Headers = Record<string, string>;
interface Order {
  id: string;
  as: Headers;
}

let shop: TestApp;
let desk: OrderDesk;
beforeAll(async () => {
  shop = await startTestApp();
  desk = await OrderDesk.open(shop, { prefix: 'FOLLOW' });
});
afterAll(() => shop.close());

const address = (order: { id: string }, at = shop) => `${at.url}/v1/orders/${order.id}/events`;
const follow = ({ id, as }: Order, after?: number, at = shop): Promise<EventReader> =>
  EventReader.open(address({ id }, at), {
    ...as,
    ...(after === undefined ? {} : { 'Last-Event-ID': String(after) }),
  });

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const idsOf = (reader: EventReader) => reader.events.map(({ id }) => id);
const seen = (reader: EventReader, count: number) =>
  eventually(`${count} events`, () => reader.events.length >= count);

/** What the shop itself noted, in the order of publication; waits until all of it is published. */
async function published(order: { id: string }): Promise<{ id: string; type: string; position: number }[]> {
  await eventually('the marks', async () => {
    const { rows } = await shop.database.query(
      'select from events.outbox where key = $1 and published_at is null',
      [order.id],
    );
    return rows.length === 0;
  });
  const { rows } = await shop.database.query<{ id: string; type: string; position: number }>(
    'select id, type, stream_position as position from events.outbox where key = $1 order by stream_position',
    [order.id],
  );
  return rows;
}

async function refusal(order: { id: string }, headers: Headers, query = '') {
  const answer = await fetch(`${address(order)}${query}`, { headers });
  const { code } = (await answer.json()) as { code: string };
  return { status: answer.status, code, retryAfter: answer.headers.get('retry-after') };
}

async function deliver(order: Order): Promise<void> {
  const [delivery] = (await desk.until(order, ({ deliveries }) => deliveries.length > 0)).deliveries;
  await desk.ship(delivery?.id ?? '');
  for (const status of ['in_transit', 'out_for_delivery', 'delivered'])
    await desk.scan(delivery?.id ?? '', status);
}

async function purchase(): Promise<Placed> {
  const order = await desk.charged('tok_approve');
  await deliver(order);
  await desk.until(order, ({ status }) => status === 'completed');
  return order;
}

describe('a purchase that is followed', () => {
  it('is told from its placement to its completion, in the order of publication and as it happens', async () => {
    const order = await desk.charged('tok_approve');
    const reader = await follow(order);
    await deliver(order);
    await desk.until(order, ({ status }) => status === 'completed');
    const all = await published(order);
    await seen(reader, all.length);
    expect(reader.events.map(({ id, type, data }) => ({ id: data.id, type, position: id }))).toEqual(all);
    expect(all.map(({ position }) => position)).toEqual(upTo(all.length));
    expect(all.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'order.placed',
        'payment.captured',
        'delivery.shipped',
        'delivery.delivered',
        'order.completed',
      ]),
    );
    expect(reader.events.find(({ type }) => type === 'order.placed')).toMatchObject({
      type: 'order.placed',
      data: {
        type: 'order.placed',
        sequence: 1,
        aggregateType: 'order',
        aggregateId: order.id,
        payload: { orderId: order.id, version: 1 },
      },
    });
    expect(await reader.cut()).toBe('cut');
  });

  it('is found by its id in capital letters too', async () => {
    const order = await desk.place();
    const reader = await follow({ ...order, id: order.id.toUpperCase() });
    await seen(reader, 1);
    expect(reader.events[0]).toMatchObject({ type: 'order.placed', data: { aggregateId: order.id } });
    expect(await reader.cut()).toBe('cut');
  });

  it('says how it wants to be read', async () => {
    const reader = await follow(await desk.place());
    const header = (name: string) => reader.answer.headers.get(name);
    expect([
      header('content-type'),
      header('cache-control'),
      header('x-accel-buffering'),
      header('etag'),
    ]).toEqual(['text/event-stream; charset=utf-8', 'no-store', 'no', null]);
    await eventually('how soon to come back', () => reader.retryMs === 1000);
    await reader.cut();
  });

  it('goes on after the last event that was read, by header or by query', async () => {
    const order = await purchase();
    const all = await published(order);
    const reader = await follow(order, 3);
    await seen(reader, all.length - 3);
    expect(idsOf(reader)).toEqual(upTo(all.length).slice(3));
    await reader.cut();
    const other = await EventReader.open(`${address(order)}?lastEventId=${all.length - 1}`, order.as);
    await seen(other, 1);
    expect(idsOf(other)).toEqual([all.length]);
    await other.cut();
  });

  it('shows a shopper no reasons and no carrier’s codes, and staff both', async () => {
    const order = await purchase();
    const canceled = await desk.charged('tok_approve');
    await desk.cancel(canceled, desk.staff, { reason: 'suspected_fraud' });
    for (const one of [order, canceled]) {
      const count = (await published(one)).length;
      const shown = async (as: Headers): Promise<string> => {
        const reader = await follow({ id: one.id, as });
        await seen(reader, count);
        await reader.cut();
        return JSON.stringify(reader.events);
      };
      expect(await shown(one.as)).not.toMatch(/"(reason|rawStatus)"/);
      expect(await shown(desk.staff)).toMatch(/"(reason|rawStatus)"/);
    }
  });

  it('tells those who may not read payments that there was one, and nothing of it', async () => {
    const order = await purchase();
    const reader = await follow({ id: order.id, as: await desk.as('fulfilment') });
    await seen(reader, (await published(order)).length);
    await reader.cut();
    expect(idsOf(reader)).toEqual(upTo(reader.events.length));
    const payments = reader.events.filter(({ data }) => data.aggregateType === 'payment');
    expect(payments.length).toBeGreaterThan(0);
    expect(payments.filter(({ data }) => data.payload !== undefined)).toEqual([]);
  });
});

describe('what is refused', () => {
  it('others’ orders are as absent as those that never were', async () => {
    const [order, other] = [await desk.place(), await desk.place()];
    for (const as of [other.as, await desk.as('customer', 'stranger')])
      expect(await refusal(order, as)).toMatchObject({ status: 404, code: 'order-not-found' });
    expect(await refusal(order, {})).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('an id that the stream never gave is 400', async () => {
    const order = await desk.place();
    const last = (await published(order)).length;
    for (const id of ['x', '-1', '1.5', '', '99999999999', String(last + 1)])
      expect([id, await refusal(order, { ...order.as, 'Last-Event-ID': id })]).toMatchObject([
        id,
        { status: 400, code: 'last-event-id-invalid' },
      ]);
    expect(await refusal(order, order.as, '?lastEventId=x')).toMatchObject({
      status: 400,
      code: 'validation-failed',
    });
    const reader = await follow(order, last);
    await desk.cancel(order);
    await seen(reader, 1);
    expect(idsOf(reader)[0]).toBe(last + 1);
    await reader.cut();
  });

  it('a reader that cannot read a stream is 406', async () => {
    const order = await desk.place();
    expect(await refusal(order, { ...order.as, accept: 'application/json' })).toMatchObject({
      status: 406,
      code: 'not-acceptable',
    });
  });

  it('an id whose next event is no longer kept is 410, and without one the stream starts with what is', async () => {
    const order = await purchase();
    const last = (await published(order)).length;
    await shop.database.query('delete from events.outbox where key = $1 and stream_position <= 4', [
      order.id,
    ]);
    expect(await refusal(order, { ...order.as, 'Last-Event-ID': '3' })).toMatchObject({
      status: 410,
      code: 'events-gone',
    });
    for (const after of [undefined, 4]) {
      const reader = await follow(order, after);
      await seen(reader, last - 4);
      expect(idsOf(reader)).toEqual(upTo(last).slice(4));
      await reader.cut();
    }
    await shop.database.query('delete from events.outbox where key = $1', [order.id]);
    expect(await refusal(order, { ...order.as, 'Last-Event-ID': '4' })).toMatchObject({
      status: 410,
      code: 'events-gone',
    });
  });

  it('a HEAD is answered with the headers alone', async () => {
    const order = await desk.place();
    const answer = await fetch(address(order), { method: 'HEAD', headers: order.as });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(await answer.text()).toBe('');
  });
});

describe('over 100 connections that are cut', () => {
  it('no event is missed and none is told twice, whichever of two instances is asked', async () => {
    const other = await startTestApp({ DATABASE_URL: shop.database.url });
    try {
      const order = await desk.place({ lines: [{ sku: desk.sku(0), quantity: 200 }] });
      const { lines = [] } = await desk.read(order);
      let isOver = false;
      const changes = (async () => {
        for (let change = 0; change < 50; change += 1) {
          await desk.cancel(order, desk.staff, {
            lines: [{ orderLineId: lines[0]?.orderLineId, quantity: 1 }],
          });
          await pause(Math.random() * 20);
        }
        await desk.pay(order, 'tok_approve');
        isOver = true;
      })();
      const got: number[] = [];
      let cuts = 0;
      for (; cuts < 100 || !isOver; cuts += 1) {
        const reader = await follow(order, got.at(-1) ?? 0, cuts % 2 === 0 ? shop : other);
        await pause(Math.random() * 30);
        await reader.cut();
        got.push(...idsOf(reader));
      }
      await changes;
      const all = await published(order);
      const last = await follow(order, got.at(-1) ?? 0, other);
      await eventually('the rest', () => got.length + last.events.length >= all.length);
      await last.cut();
      got.push(...idsOf(last));
      expect(cuts).toBeGreaterThanOrEqual(100);
      expect(all.length).toBeGreaterThan(50);
      expect(got).toEqual(upTo(all.length));
    } finally {
      await other.close();
    }
  });
});

it('what one instance changes is read from the other', async () => {
  const other = await startTestApp({ DATABASE_URL: shop.database.url });
  try {
    const order = await desk.place();
    const reader = await follow(order, 0, other);
    await desk.pay(order, 'tok_approve');
    await deliver(order);
    await desk.until(order, ({ status }) => status === 'completed');
    const all = await published(order);
    await seen(reader, all.length);
    expect(idsOf(reader)).toEqual(upTo(all.length));
    await reader.cut();
  } finally {
    await other.close();
  }
});

it('the reader of the how-to page prints what happens', async () => {
  const page = readFileSync('docs/how-to/follow-an-order.md', 'utf8');
  const script = /```js\n([^]*?)```/.exec(page)?.[1] ?? '';
  const order = await desk.place();
  const env = { SHOP_URL: shop.url, ORDER_ID: order.id, ORDER_TOKEN: order.as['Order-Token'] };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  try {
    await eventually('the first line', () => output.includes('\n'));
    await desk.cancel(order);
    const all = await published(order);
    const lines = all.map(({ position, type }) => `${position} ${type}\n`);
    await eventually('a line per event', () => output === lines.join(''));
  } finally {
    child.kill();
  }
});

it('a relay that breaks between publishing and marking leaves neither gap nor double in the positions', async () => {
  armFailPoint(
    'after-publish-before-mark',
    () => {
      throw new Error('the relay crashed');
    },
    3,
  );
  const order = await purchase();
  const all = await published(order);
  expect(all.map(({ position }) => position)).toEqual(upTo(all.length));
  const reader = await follow(order);
  await seen(reader, all.length);
  expect(idsOf(reader)).toEqual(upTo(all.length));
  await reader.cut();
});

describe('a reader that does not read', () => {
  /** Takes the headers and leaves the body lying. */
  const stall = ({ id, as }: Order, at = shop): Promise<IncomingMessage> =>
    new Promise((ok, failed) => {
      const sent = httpRequest(address({ id }, at), { headers: as }, (answer) => ok(answer.pause()));
      sent.once('error', failed);
      sent.end();
    });

  let order: Placed;
  let count: number;
  beforeAll(async () => {
    order = await desk.place();
    // More than the sockets between two programs hold.
    await shop.database.query(
      `insert into events.outbox (id, aggregatetype, aggregateid, type, payload, position, key, sequence, topic)
       select gen_random_uuid(), 'order', $1, 'order.lines_canceled',
         payload - 'expiresAt' || jsonb_build_object('version', 1000 + n, 'lines', jsonb_build_array(
           jsonb_build_object('orderLineId', gen_random_uuid(), 'sku', repeat('x', 200000), 'quantity', 1))),
         nextval('events.outbox_position'), $1, 1000 + n, 'orders'
       from events.outbox, generate_series(1, 150) n where key = $1 and type = 'order.placed'`,
      [order.id],
    );
    count = (await published(order)).length;
  });

  const sentInAll = async (): Promise<number> => {
    const text = await fetch(`${shop.url}/metrics`).then((answer) => answer.text());
    return Number(/^sse_events_total (\d+)$/m.exec(text)?.[1]);
  };

  it('holds up nobody, is sent no more than it takes, and gets all of it when it reads', async () => {
    const before = await sentInAll();
    const slow = await stall(order);
    const quick = await follow(order);
    await seen(quick, count);
    expect(idsOf(quick)).toEqual(upTo(count));
    await quick.cut();
    expect((await sentInAll()) - before).toBeLessThan(2 * count);
    let text = '';
    slow.setEncoding('utf8').on('data', (part: string) => (text += part));
    slow.resume();
    await eventually('the last event', () => text.includes(`id: ${count}\n`));
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).toEqual(upTo(count));
    slow.destroy();
  });

  it('does not hold up a stop of the server, nor do those that read', async () => {
    const stopping = await startTestApp({ DATABASE_URL: shop.database.url });
    const slow = await stall(order, stopping);
    const other = await desk.place();
    const readers = await Promise.all(upTo(10).map(() => follow(other, 0, stopping)));
    const startedAt = Date.now();
    await stopping.close();
    const ms = Date.now() - startedAt;
    console.log('a stop with 11 streams took ms:', ms);
    expect(ms).toBeLessThan(20_000);
    expect(await Promise.all(readers.map((reader) => reader.ended))).toEqual(readers.map(() => 'ended'));
    slow.destroy();
  });
});

describe('with few places, a short time and a fast heart', () => {
  let small: TestApp;
  beforeAll(async () => {
    small = await startTestApp({
      DATABASE_URL: shop.database.url,
      SSE_MAX_STREAMS: '4',
      SSE_MAX_STREAMS_PER_ORDER: '2',
      SSE_MAX_SECONDS: '2',
      SSE_HEARTBEAT_MS: '100',
    });
  });
  afterAll(() => small.close());

  const openGauge = async (): Promise<number> => {
    const text = await fetch(`${small.url}/metrics`).then((answer) => answer.text());
    return Number(/^sse_streams (\d+)$/m.exec(text)?.[1]);
  };

  it('too many readers of one order are 429, too many in all are 503, and places come free', async () => {
    const [first, second, third] = [await desk.place(), await desk.place(), await desk.place()];
    const readers = await Promise.all([first, first, second, second].map((order) => follow(order, 0, small)));
    const ask = async ({ id, as }: Order) => {
      const answer = await fetch(address({ id }, small), { headers: as });
      return [
        answer.status,
        ((await answer.json()) as { code: string }).code,
        answer.headers.get('retry-after'),
      ];
    };
    expect(await ask(third)).toEqual([503, 'too-many-streams', '5']);
    await readers[3]?.cut();
    await eventually('a free place', async () => (await openGauge()) <= 3);
    expect(await ask(first)).toEqual([429, 'too-many-readers', '5']);
    for (const reader of readers) await reader.cut();
    await eventually('all places', async () => (await openGauge()) === 0);
    const again = await follow(third, 0, small);
    await again.cut();
  });

  it('a silent stream shows that it lives, and ends by itself', async () => {
    const order = await desk.place();
    const reader = await follow(order, (await published(order)).length, small);
    expect(await reader.ended).toBe('ended');
    expect(reader.comments).toBeGreaterThan(3);
    expect(reader.events).toEqual([]);
  });
});
