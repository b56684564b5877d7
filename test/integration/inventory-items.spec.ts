import { uuidv7 } from 'uuidv7';
import { startTestApp, type TestApp } from '../support/app.js';
import { countStatements } from '../support/statements.js';

let app: TestApp;
let admin: string;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.token('admin');
}, 120_000);
afterAll(async () => app?.close());

const as = (token: string) => ({ Authorization: `Bearer ${token}` });
const gbp = (amountMinor: number) => ({ amountMinor, currency: 'GBP' });

function create(item: Record<string, unknown>) {
  return app.request
    .post('/v1/items')
    .set(as(admin))
    .send({ name: 'Thing', price: gbp(100), ...item });
}

async function eventsOf(sku: string): Promise<unknown[]> {
  const { rows } = await app.database.query<{ type: string; payload: unknown }>(
    'select type, payload from events.outbox where aggregateid = $1 order by position',
    [sku],
  );
  return rows.map(({ type, payload }) => [type, payload]);
}

async function list(
  query: Record<string, string | number>,
): Promise<{ skus: string[]; nextCursor?: string }> {
  const { body } = await app.request.get('/v1/items').query(query).expect(200);
  const page = body as { items: { sku: string }[]; nextCursor?: string };
  return { skus: page.items.map((item) => item.sku), nextCursor: page.nextCursor };
}

describe('an item', () => {
  it('is made by staff and read by anyone, by its exact sku', async () => {
    const made = await create({
      sku: '84031A',
      name: 'Tea set ☕',
      attributes: { colour: 'white' },
      description: 'For two',
    }).expect(201);
    expect(made.headers['location']).toBe('/v1/items/84031A');
    expect(made.body).toMatchObject({
      sku: '84031A',
      version: 1,
      availability: 'out-of-stock',
      active: true,
      imageUrl: null,
    });
    const read = await app.request.get('/v1/items/84031A').expect(200);
    expect(read.body).toEqual(made.body);
    expect(read.headers['etag']).toBe(made.headers['etag']);
    await app.request.get('/v1/items/84031a').expect(404);
    expect(await eventsOf('84031A')).toEqual([
      [
        'item.created',
        { sku: '84031A', version: 1, name: 'Tea set ☕', priceMinor: 100, currency: 'GBP', active: true },
      ],
    ]);
  });

  it('shows a flag and no figures', async () => {
    await create({ sku: 'FLAG' }).expect(201);
    await app.request
      .post('/v1/stock/FLAG/receipts')
      .set(as(admin))
      .set('Idempotency-Key', uuidv7())
      .send({ quantity: 3 })
      .expect(201);
    const { body } = await app.request.get('/v1/items/FLAG').expect(200);
    expect(body).toMatchObject({ availability: 'low' });
    expect(body).not.toHaveProperty('available');
    expect(body).not.toHaveProperty('onHand');
  });

  it('is made once, whoever comes at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ sku: 'ONCE' })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect(answers.find((answer) => answer.status === 409)?.body).toMatchObject({ code: 'sku-taken' });
    expect(await eventsOf('ONCE')).toHaveLength(1);
  });

  it('is made once under one key', async () => {
    const key = uuidv7();
    const first = await create({ sku: 'KEYED' }).set('Idempotency-Key', key).expect(201);
    const second = await create({ sku: 'KEYED' }).set('Idempotency-Key', key).expect(201);
    expect(second.text).toBe(first.text);
    expect(second.headers['idempotent-replayed']).toBe('true');
  });

  it('is refused in another currency, by guests, and with fields that are not its own', async () => {
    await create({ sku: 'EUR', price: { amountMinor: 1, currency: 'EUR' } })
      .expect(422)
      .expect(({ body }) => expect(body).toMatchObject({ code: 'currency-not-sold' }));
    await app.request
      .post('/v1/items')
      .send({ sku: 'GUEST', name: 'Thing', price: gbp(1) })
      .expect(401);
    await app.request
      .post('/v1/items')
      .set(as(await app.token('support')))
      .send({ sku: 'S', name: 'Thing', price: gbp(1) })
      .expect(403);
    await create({ sku: 'MORE', version: 7 }).expect(400);
    await create({ sku: 'NO SKU' }).expect(400);
  });
});

describe('a change of an item', () => {
  const change = (sku: string, etag: string, body: object) =>
    app.request.patch(`/v1/items/${sku}`).set(as(admin)).set('If-Match', etag).send(body);

  it('takes the ETag that was read and answers with the new one', async () => {
    const { headers } = await create({ sku: 'CHANGE' }).expect(201);
    const changed = await change('CHANGE', headers['etag'] ?? '', {
      price: gbp(250),
      attributes: { size: 'L' },
    }).expect(200);
    expect(changed.body).toMatchObject({
      version: 2,
      name: 'Thing',
      price: gbp(250),
      attributes: { size: 'L' },
    });
    expect(changed.headers['etag']).not.toBe(headers['etag']);
    expect((await eventsOf('CHANGE')).at(-1)).toEqual([
      'item.changed',
      expect.objectContaining({ version: 2, priceMinor: 250 }),
    ]);
  });

  it('that says nothing new raises no version and tells no event', async () => {
    const { headers } = await create({ sku: 'SAME' }).expect(201);
    await change('SAME', headers['etag'] ?? '', { name: 'Thing' })
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ version: 1 }));
    expect(await eventsOf('SAME')).toHaveLength(1);
  });

  it('is refused without If-Match, on an older version, and where there is no such item', async () => {
    const { headers } = await create({ sku: 'OLDER' }).expect(201);
    const etag = headers['etag'] ?? '';
    await app.request.patch('/v1/items/OLDER').set(as(admin)).send({ name: 'New' }).expect(428);
    await change('OLDER', etag, { name: 'New' }).expect(200);
    await change('OLDER', etag, { name: 'Newer' }).expect(412);
    await change('NO-SUCH', etag, { name: 'New' }).expect(404);
  });

  it('wins once when many come with one ETag', async () => {
    const { headers } = await create({ sku: 'RACE' }).expect(201);
    const tries = Array.from({ length: 8 }, (_, index) =>
      change('RACE', headers['etag'] ?? '', { price: gbp(index + 1) }),
    );
    const statuses = (await Promise.all(tries)).map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
  });
});

describe('the list of items', () => {
  beforeAll(async () => {
    const rows = Array.from({ length: 30 }, (_, index) => ({
      sku: `LIST-${String(index).padStart(2, '0')}`,
      name: `${['Alpha', 'beta', 'Gamma'][index % 3]} lantern${index % 2 === 0 ? ' red-hot' : ''}`,
      priceMinor: (index % 10) * 100,
      active: index !== 29,
      receive: index % 5 === 0 ? 10 : 0,
    }));
    const body = rows.map((row) => JSON.stringify(row)).join('\n');
    await app.request
      .post('/v1/imports')
      .set(as(admin))
      .set('Content-Type', 'application/x-ndjson')
      .send(body)
      .expect(200);
  });

  it.each(['name', '-name', 'price', '-price', 'createdAt', '-createdAt'])(
    'walks by %s over every page, each item once',
    async (sort) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ search: 'LIST', sort, limit: 7, ...(cursor ? { cursor } : {}) });
        seen.push(...page.skus);
        cursor = page.nextCursor;
      } while (cursor);
      expect(new Set(seen).size).toBe(29);
      expect(seen).toHaveLength(29);
      const all = await list({ search: 'LIST', sort, limit: 200 });
      expect(seen).toEqual(all.skus);
    },
  );

  it('sorts by price in both directions', async () => {
    expect((await list({ search: 'LIST', sort: 'price', limit: 3 })).skus).toEqual([
      'LIST-00',
      'LIST-10',
      'LIST-20',
    ]);
    expect((await list({ search: 'LIST', sort: '-price', limit: 2 })).skus).toEqual(['LIST-19', 'LIST-09']);
  });

  it('finds the beginnings of words of name and sku, in any case, punctuation apart', async () => {
    expect((await list({ search: 'GAMM lan', limit: 200 })).skus).toHaveLength(9);
    expect((await list({ search: 'hot' })).skus).toHaveLength(15);
    expect((await list({ search: 'list-07' })).skus).toEqual(['LIST-07']);
    expect((await list({ search: 'antern' })).skus).toEqual([]);
    expect((await list({ search: "' | !" })).skus).toEqual([]);
  });

  it('filters by price and by stock', async () => {
    expect((await list({ search: 'LIST', priceMin: 200, priceMax: 300, limit: 200 })).skus).toHaveLength(6);
    expect((await list({ search: 'LIST', inStock: 'true', limit: 200 })).skus).toHaveLength(6);
    expect((await list({ search: 'LIST', inStock: 'false', limit: 200 })).skus).toHaveLength(23);
  });

  it('shows what is not on sale to staff only', async () => {
    await app.request.get('/v1/items/LIST-29').expect(404);
    await app.request.get('/v1/items/LIST-29').set(as(admin)).expect(200);
    await app.request.get('/v1/items').query({ active: 'false' }).expect(403);
    const { body } = await app.request.get('/v1/items').query({ active: 'false' }).set(as(admin)).expect(200);
    expect(body).toMatchObject({ items: [{ sku: 'LIST-29', active: false }] });
  });

  it('refuses a sort, filter or cursor that it does not know', async () => {
    const { nextCursor = '' } = await list({ sort: 'name', limit: 1 });
    const forged = Buffer.from(JSON.stringify(['price', 'x', 'A'])).toString('base64url');
    for (const query of [
      { sort: 'sku; drop' },
      { colour: 'red' },
      { priceMin: '-1' },
      { priceMin: '1.5' },
      { cursor: 'x' },
      { sort: 'price', cursor: nextCursor },
      { sort: 'price', cursor: forged },
    ]) {
      await app.request.get('/v1/items').query(query).expect(400);
    }
  });

  it('costs one statement, as does reading one item, however many there are', async () => {
    const one = await countStatements(() => list({ limit: 1 }));
    const many = await countStatements(() => list({ limit: 200 }));
    expect(many.count).toBe(one.count);
    expect(many.statements.filter((statement) => statement.includes('inventory.'))).toHaveLength(1);
    const read = await countStatements(() => app.request.get('/v1/items/LIST-00').expect(200));
    expect(read.statements.filter((statement) => statement.includes('inventory.'))).toHaveLength(1);
  });
});
