import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SecretTokens } from '../../src/platform/auth/index.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { armFailPoint, type FailPoint } from '../../src/platform/faults/fail-point.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type PlatformApp, startPlatformApp } from '../support/platform-app.js';
import { inside, outside, ThingsController, ThingsService, thingsTable } from '../support/things.js';

const parts = { controllers: [ThingsController], providers: [ThingsService] };
const dead = new Error('the process died here');
let database: TestDatabase;
let shop: PlatformApp;
let guest: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(thingsTable);
  shop = await startPlatformApp(database, { ...parts, environment: { DATABASE_POOL_SIZE: '5' } });
});

afterAll(async () => {
  await shop?.app.close();
  await database?.drop();
});

beforeEach(async () => {
  inside.runs = 0;
  inside.before = async () => {};
  outside.calls.length = 0;
  outside.answer = 'approved';
  guest = { 'Cart-Token': await issueToken(randomUUID()) };
});

afterEach(() => {
  for (const letGo of held.splice(0)) letGo();
});

async function issueToken(cartId: string): Promise<string> {
  const tokens = shop.app.get(SecretTokens);
  return (await shop.app.get(Transaction).run(() => tokens.issue('cart', cartId))).token;
}

const create = (key: string | undefined, body: object, headers: Record<string, string> = {}) => {
  const sent = shop.request.post('/v1/things').set(headers);
  return (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(body);
};
const move = (key: string, body: object, headers = guest, id = 'a') =>
  shop.request.post(`/v1/things/${id}/moves`).set(headers).set('Idempotency-Key', key).send(body);
const pay = (key: string, body: object = { name: 'paid' }, headers = guest) =>
  shop.request.post('/v1/things/payments').set(headers).set('Idempotency-Key', key).send(body);

async function countOf(sql: string, ...parameters: unknown[]): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from ${sql}`,
    parameters,
  );
  return rows[0]?.count ?? -1;
}
const doneTimes = (name: string): Promise<number> => countOf(`public.thing where name = $1`, name);
const records = (key: string): Promise<number> => countOf(`idempotency.record where key = $1`, key);

async function stateOf(key: string): Promise<string | undefined> {
  const { rows } = await database.query<{ state: string }>(
    `select state from idempotency.record where key = $1`,
    [key],
  );
  return rows[0]?.state;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!(await isTrue())) {
    if (Date.now() > giveUpAt) throw new Error('it did not come true');
    await pause(20);
  }
}

const held: (() => void)[] = [];

/** Arms a point so that whoever comes there stays there until it is let go, or the test is over. */
function hangAt(point: FailPoint): { reached: Promise<void>; letGo(): void } {
  let letGo = (): void => {};
  const released = new Promise<void>((resolve) => (letGo = resolve));
  held.push(letGo);
  const reached = new Promise<void>((resolve) => {
    armFailPoint(point, () => {
      resolve();
      return released;
    });
  });
  return { reached, letGo };
}

/** What other processes see when the one that holds the owner's lock dies. */
async function killOwners(): Promise<void> {
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shop owner' and datname = current_database()`,
  );
}

describe('the first request under a key', () => {
  it('is done and answered, the token in a header and in no record', async () => {
    const key = randomUUID();
    const answer = await create(key, { name: 'first' }).expect(201);
    expect(answer.headers).toMatchObject({
      location: `/v1/things/${answer.body.id}`,
      etag: '"thing-1"',
      'cart-token': expect.stringMatching(/^ct_/),
    });
    expect(answer.headers['idempotent-replayed']).toBeUndefined();
    const { rows } = await database.query<{ text: string }>(
      `select string_agg(r::text, ' ') as text from idempotency.record r`,
    );
    expect(rows[0]?.text).not.toContain(answer.headers['cart-token']);
    expect(rows[0]?.text).not.toContain(key);
  });

  it('is not needed where the key is optional', async () => {
    await create(undefined, { name: 'keyless' }).expect(201);
    await create(undefined, { name: 'keyless' }).expect(201);
    expect(await doneTimes('keyless')).toBe(2);
    await shop.request.post('/v1/things/payments').set(guest).send({ name: 'keyless payment' }).expect(201);
    expect(outside.calls).toHaveLength(1);
  });

  it('changes nothing about requests that are safe to repeat anyway', async () => {
    for (const _ of [1, 2]) await shop.request.put('/v1/things/a').set('Idempotency-Key', 'x').expect(200);
    expect(inside.runs).toBe(2);
  });
});

describe('a replay', () => {
  it('has the same status, bytes, Location, ETag and token, and says that it is one', async () => {
    const key = randomUUID();
    const first = await create(key, { name: 'replayed' });
    const again = await create(`"${key}"`, { name: 'replayed' });
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    for (const name of ['location', 'etag', 'cart-token', 'content-type'])
      expect(again.headers[name]).toBe(first.headers[name]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await doneTimes('replayed')).toBe(1);
  });

  it('of a final refusal is that refusal to the byte, and its work was undone', async () => {
    const key = randomUUID();
    const first = await move(key, { name: 'taken' });
    const again = await move(key, { name: 'taken' });
    expect(first.status).toBe(409);
    expect(first.body).toMatchObject({ code: 'thing-taken', instance: '/v1/things/a/moves' });
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect([inside.runs, await doneTimes('taken')]).toEqual([1, 0]);
  });

  it('of a committed refusal is that refusal, and its work stays', async () => {
    const key = randomUUID();
    outside.answer = 'declined';
    const first = await pay(key, { name: 'declined' }).expect(402);
    const again = await pay(key, { name: 'declined' }).expect(402);
    expect(again.text).toBe(first.text);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect([outside.calls.length, await doneTimes('declined')]).toEqual([1, 1]);
  });

  it('is refused when the permission is gone, and nothing is run', async () => {
    const cartId = randomUUID();
    const headers = { 'Cart-Token': await issueToken(cartId) };
    const key = randomUUID();
    await move(key, { name: 'merged' }, headers).expect(200);
    await shop.app.get(SecretTokens).spend('cart', cartId);
    await move(key, { name: 'merged' }, headers).expect(404);
    expect(inside.runs).toBe(1);
  });

  it('is no replay once the record has expired', async () => {
    const key = randomUUID();
    await move(key, { name: 'expired' }).expect(200);
    await database.query(
      `update idempotency.record set expires_at = now() - interval '1 second' where key = $1`,
      [key],
    );
    const again = await move(key, { name: 'expired' }).expect(200);
    expect(again.headers['idempotent-replayed']).toBeUndefined();
    expect(await doneTimes('expired')).toBe(2);
  });

  it('is another principal’s first request, under the same key', async () => {
    const key = randomUUID();
    const mine = await move(key, { name: 'same key' });
    const theirs = await move(key, { name: 'same key' }, { 'Cart-Token': await issueToken(randomUUID()) });
    expect(theirs.body.id).not.toBe(mine.body.id);
    expect(theirs.headers['idempotent-replayed']).toBeUndefined();
    expect(await records(key)).toBe(2);
  });
});

describe('a key', () => {
  it('that is missing where it is required is asked for, with a page that says why', async () => {
    const answer = await shop.request.post('/v1/things/a/moves').set(guest).send({ name: 'x' }).expect(400);
    expect(answer.body).toMatchObject({ code: 'idempotency-key-missing' });
    expect(answer.headers['link']).toBe('</problems/idempotency-key-missing>; rel="describedby"');
  });

  it('that is malformed, or a stranger’s and no UUID, is refused', async () => {
    for (const key of ['short', 'with space in it!', 'x'.repeat(256)]) {
      expect((await move(key, { name: 'x' })).body).toMatchObject({
        status: 400,
        code: 'idempotency-key-invalid',
      });
    }
    expect((await create('not-a-uuid-but-long', { name: 'x' })).body).toMatchObject({
      status: 400,
      code: 'idempotency-key-invalid',
    });
    expect(inside.runs).toBe(0);
  });

  it('is not used up by a request that fails before its claim', async () => {
    const key = randomUUID();
    await move(key, { colour: 'red' }).expect(400);
    await shop.request.post('/v1/things/a/moves').set('Idempotency-Key', key).send({ name: 'x' }).expect(401);
    await move(key, { name: 'after all' }).expect(200);
  });

  it('cannot be used for another body', async () => {
    const key = randomUUID();
    await move(key, { name: 'one' }).expect(200);
    const other = await move(key, { name: 'two' }).expect(422);
    expect(other.body).toMatchObject({ code: 'idempotency-key-reused' });
    expect(inside.runs).toBe(1);
    const same = await shop.request
      .post('/v1/things/a/moves')
      .set(guest)
      .set('Idempotency-Key', key)
      .type('json')
      .send('{ "name" : "one" }');
    expect(same.status).toBe(200);
  });

  it('cannot be used for another route', async () => {
    const key = randomUUID();
    await move(key, { name: 'one' }).expect(200);
    await move(key, { name: 'one' }, guest, 'b').expect(422);
    await pay(key, { name: 'one' }).expect(422);
    expect(inside.runs).toBe(1);
  });

  it('is kept for three days, and for thirty where money moves', async () => {
    const [short, long] = [randomUUID(), randomUUID()];
    await move(short, { name: 'kept' }).expect(200);
    await pay(long).expect(201);
    const { rows } = await database.query<{ key: string; days: number }>(
      `select key, extract(day from expires_at - created_at)::int as days from idempotency.record where key in ($1, $2)`,
      [short, long],
    );
    expect(Object.fromEntries(rows.map((row) => [row.key, row.days]))).toEqual({ [short]: 3, [long]: 30 });
  });
});

describe('a hundred requests at once under one key', () => {
  it('do the work once; the others get its answer, or are told to come again', async () => {
    const key = randomUUID();
    inside.before = () => pause(100);
    const answers = await Promise.all(Array.from({ length: 100 }, () => move(key, { name: 'parallel' })));
    expect(await doneTimes('parallel')).toBe(1);
    const byStatus = new Set(answers.map(({ status }) => status));
    expect([...byStatus].filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect(new Set(answers.filter(({ status }) => status === 200).map(({ text }) => text)).size).toBe(1);
    for (const { status, body, headers } of answers) {
      if (status !== 409) continue;
      expect(body).toMatchObject({ code: 'idempotency-in-progress' });
      expect(headers['retry-after']).toBe('1');
    }
    expect(inside.runs).toBe(1);
  });

  it('that outlast the wait leave the connections to others', async () => {
    const key = randomUUID();
    const hanging = hangAt('before-commit');
    const first = move(key, { name: 'slow' }).then((answer) => answer);
    await hanging.reached;
    const losers = Array.from({ length: 30 }, () => move(key, { name: 'slow' }).then((answer) => answer));
    await pause(100);
    await create(undefined, { name: 'bystander' }).expect(201);
    for (const loser of await Promise.all(losers))
      expect(loser.body).toMatchObject({ status: 409, code: 'idempotency-in-progress' });
    hanging.letGo();
    expect((await first).status).toBe(200);
    expect(await doneTimes('slow')).toBe(1);
  });

  it('each get the outcome where the outside call is quick enough to wait for', async () => {
    const key = randomUUID();
    const hanging = hangAt('after-provider-before-record');
    const first = pay(key).then((answer) => answer);
    await hanging.reached;
    const second = pay(key).then((answer) => answer);
    await pause(100);
    hanging.letGo();
    expect((await first).status).toBe(201);
    expect((await second).text).toBe((await first).text);
    expect(outside.calls).toHaveLength(1);
  });
});

describe('a crash', () => {
  it.each(['after-claim', 'before-commit'] as const)(
    'in phase 1 (%s) leaves nothing, and the retry does it',
    async (point) => {
      const key = randomUUID();
      armFailPoint(point, () => Promise.reject(dead));
      await move(key, { name: point }).expect(500);
      expect([await doneTimes(point), await records(key)]).toEqual([0, 0]);
      await move(key, { name: point }).expect(200);
      expect(await doneTimes(point)).toBe(1);
    },
  );

  it('after the commit and before the reply loses only the reply', async () => {
    const key = randomUUID();
    armFailPoint('after-commit-before-reply', () => Promise.reject(dead));
    await move(key, { name: 'unheard' }).expect(500);
    const again = await move(key, { name: 'unheard' }).expect(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await doneTimes('unheard')).toBe(1);
  });

  it.each(['before-provider', 'after-provider-before-record'] as const)(
    'in phase 2 (%s) is resumed from the recovery point, for the same thing',
    async (point) => {
      const key = randomUUID();
      const name = `resumed ${point}`;
      armFailPoint(point, () => Promise.reject(dead));
      await pay(key, { name }).expect(500);
      await until(async () => (await stateOf(key)) === 'done');
      const again = await pay(key, { name }).expect(201);
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(new Set(outside.calls).size).toBe(1);
      expect(await doneTimes(name)).toBe(1);
      expect(await countOf(`public.thing where name = $1 and payment = 'approved'`, name)).toBe(1);
    },
  );

  it('in phase 3, after its commit, loses only the reply', async () => {
    const key = randomUUID();
    armFailPoint('after-commit-before-reply', () => Promise.reject(dead));
    await pay(key, { name: 'phase 3' }).expect(500);
    await pay(key, { name: 'phase 3' }).expect(201);
    expect(outside.calls).toHaveLength(1);
  });

  it('of the whole process is seen at once by the others, and who comes late stores no answer', async () => {
    const key = randomUUID();
    const hanging = hangAt('after-provider-before-record');
    const late = pay(key, { name: 'taken over' }).then((answer) => answer);
    await hanging.reached;
    const other = await startPlatformApp(database, parts);
    outside.answer = 'declined';
    await killOwners();
    await until(async () => (await stateOf(key)) === 'done');
    hanging.letGo();
    const answer = await late;
    expect(answer.status).toBe(402);
    const replayed = await pay(key, { name: 'taken over' }).expect(402);
    expect(replayed.text).toBe(answer.text);
    const { rows } = await database.query<{ fence: number }>(
      `select fence from idempotency.record where key = $1`,
      [key],
    );
    expect(rows[0]?.fence).toBe(2);
    await other.app.close();
  });

  it('of the database’s own session of the owner is mended', async () => {
    await killOwners();
    const lock = `pg_locks where locktype = 'advisory' and classid = 7255102 and database = (select oid from pg_database where datname = current_database())`;
    await until(async () => (await countOf(lock)) === 1);
  });
});

describe('a failure that is not final', () => {
  it('is not kept: the retry succeeds', async () => {
    const key = randomUUID();
    inside.before = () => Promise.reject(new Error('a fault of ours'));
    await move(key, { name: 'second time' }).expect(500);
    inside.before = async () => {};
    await move(key, { name: 'second time' }).expect(200);
    await move(key, { name: 'second time' }).expect(200);
    expect(await doneTimes('second time')).toBe(1);
  });

  it('such as a thing that is not there is looked up again', async () => {
    const key = randomUUID();
    for (const _ of [1, 2]) await move(key, { name: 'gone' }).expect(404);
    expect([inside.runs, await records(key)]).toEqual([2, 0]);
  });

  it('of the outside call is tried again until it is known', async () => {
    const key = randomUUID();
    outside.answer = 'throws';
    await pay(key, { name: 'dead line' }).expect(500);
    await until(() => Promise.resolve(outside.calls.length >= 2));
    expect(await stateOf(key)).toBe('in_progress');
    outside.answer = 'approved';
    await database.query(`update idempotency.record set locked_until = now() where key = $1`, [key]);
    await until(async () => (await stateOf(key)) === 'done');
    expect(new Set(outside.calls).size).toBe(1);
  });

  it('that the recovery point itself answers is not kept either: the retry begins anew', async () => {
    const key = randomUUID();
    outside.answer = 'unavailable';
    await pay(key, { name: 'away' }).expect(503);
    expect(await records(key)).toBe(0);
    outside.answer = 'approved';
    await pay(key, { name: 'away' }).expect(201);
    await pay(key, { name: 'away' }).expect(201);
    expect(outside.calls).toHaveLength(2);
  });

  it('such as a deadlock is tried again within the claim', async () => {
    const key = randomUUID();
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    inside.before = () => (inside.runs === 1 ? Promise.reject(deadlock) : Promise.resolve());
    await move(key, { name: 'deadlocked' }).expect(200);
    expect([inside.runs, await doneTimes('deadlocked')]).toEqual([2, 1]);
  });

  it('such as an answer that is too long to keep undoes the work', async () => {
    await create(randomUUID(), { name: 'too long', filler: 1_100_000 }).expect(500);
    expect(await doneTimes('too long')).toBe(0);
  });
});

describe('an outcome that is unknown', () => {
  it('is answered 202, and stays that answer when the outcome is told elsewhere', async () => {
    const key = randomUUID();
    outside.answer = 'unknown';
    const first = await pay(key, { name: 'unknown' }).expect(202);
    expect(await stateOf(key)).toBe('unknown');
    await database.query(`update public.thing set payment = 'approved' where name = 'unknown'`);
    const again = await pay(key, { name: 'unknown' }).expect(202);
    expect(again.text).toBe(first.text);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(outside.calls).toHaveLength(1);
  });
});

describe('what has been kept long enough', () => {
  it('is cleared away, and what is unfinished is not', async () => {
    await database.query(
      `insert into idempotency.record (principal_id, key, fingerprint, state, owner, locked_until, trace_id, status, headers, expires_at)
       select 'sweep', 'key' || n, sha256('x'), case when n = 1 then 'in_progress' else 'done' end, 1, now() + interval '1 hour', '', 200, '{}', now() - interval '1 s'
       from generate_series(1, 2500) n`,
    );
    await until(async () => (await countOf(`idempotency.record where principal_id = 'sweep'`)) === 1);
    expect(await countOf(`idempotency.record where principal_id = 'sweep' and state = 'in_progress'`)).toBe(
      1,
    );
  });

  it('is not sent again when the provider may have forgotten its key', async () => {
    const key = randomUUID();
    await database.query(
      `insert into idempotency.record (principal_id, key, fingerprint, owner, locked_until, trace_id, recovery_point, resource, created_at, expires_at)
       values ('old', $1, sha256('x'), 1, now() - interval '1 hour', '', 'things.pay', 'old-thing', now() - interval '24 hours', now() + interval '1 day')`,
      [key],
    );
    await pause(300);
    expect(outside.calls).toEqual([]);
    expect(await stateOf(key)).toBe('in_progress');
  });
});
