import { Readable } from 'node:stream';
import { uuidv7 } from 'uuidv7';
import {
  ImportService,
  type ImportSource,
  inventoryInvariants,
  InventoryService,
  seedDemo,
} from '../../src/inventory/index.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { countStatements } from '../support/statements.js';

let app: TestApp;
let importer: ImportService;
let admin: string;

beforeAll(async () => {
  app = await startTestApp();
  importer = app.app.get(ImportService, { strict: false });
  admin = await app.token('admin');
}, 120_000);
afterAll(async () => app?.close());

/** In pieces that end where they like. */
const chunksOf = (text: string): ImportSource =>
  Readable.from(
    Buffer.from(text)
      .toString('hex')
      .match(/.{1,128000}/g)
      ?.map((piece) => Buffer.from(piece, 'hex')) ?? [],
  );

const item = async (sku: string) => {
  const { rows } = await app.database.query<{
    name: string;
    price_minor: number;
    version: number;
    on_hand: number;
    attributes: object;
  }>(
    `select name, price_minor::int, i.version, attributes, on_hand::int from inventory.item i
     join inventory.stock_level using (sku) where sku = $1`,
    [sku],
  );
  return rows[0];
};

describe('an import', () => {
  it('keeps good rows and names each bad one and why', async () => {
    const csv = [
      'sku,name,description,price,currency,imageUrl,active,receive,attributes.colour',
      'IMP-1,Mug,"White, large",2.55,GBP,https://shop.example/mug.jpg,true,6,white',
      'IMP-2,Cup,,1.005,,,,,',
      'IMP 3,Plate,,1,,,,,',
      'IMP-4,,,1,,,,,',
      'IMP-5,Pot,,10,EUR,,,,',
      'IMP-6,Jug,,10,,,maybe,,',
      'IMP-7,Tray,,7.00,,,false,-1,',
      'IMP-1,Mug again,,2.55,,,,,',
      'IMP-8,Bowl,,3',
      'IMP-9,Spoon,,0.5,,,,,',
    ].join('\n');
    const report = await importer.import(chunksOf(csv), { format: 'csv' });
    expect(report).toMatchObject({
      dryRun: false,
      rows: 10,
      accepted: 2,
      rejected: 8,
      itemsCreated: 2,
      itemsChanged: 0,
      levelsMoved: 1,
    });
    expect(report.faults.map(({ row, sku, problems }) => [row, sku, problems.join()])).toEqual([
      [3, 'IMP-2', expect.stringContaining('1.005')],
      [4, 'IMP 3', expect.stringContaining('sku')],
      [5, 'IMP-4', expect.stringContaining('name and price')],
      [6, 'IMP-5', expect.stringContaining('GBP only')],
      [7, 'IMP-6', expect.stringContaining('active')],
      [8, 'IMP-7', expect.stringContaining('receive')],
      [9, 'IMP-1', expect.stringContaining('row 2')],
      [10, undefined, expect.stringContaining('4 cells')],
    ]);
    expect(await item('IMP-1')).toEqual({
      name: 'Mug',
      price_minor: 255,
      version: 1,
      on_hand: 6,
      attributes: { colour: 'white' },
    });
    expect(await item('IMP-9')).toMatchObject({ price_minor: 50, on_hand: 0 });
  });

  it('changes what rows name, counts shelves, and does nothing the second time', async () => {
    await importer.import(chunksOf('sku,name,price,onHand\nAGAIN-1,Mug,1,5\nAGAIN-2,Cup,1,5\n'), {
      format: 'csv',
    });
    const rows = '{"sku":"AGAIN-1","priceMinor":200,"onHand":3}\n{"sku":"AGAIN-2","onHand":5}\n';
    expect(await importer.import(chunksOf(rows), { format: 'ndjson' })).toMatchObject({
      itemsChanged: 1,
      levelsMoved: 1,
      accepted: 2,
    });
    expect(await importer.import(chunksOf(rows), { format: 'ndjson' })).toMatchObject({
      itemsChanged: 0,
      levelsMoved: 0,
      accepted: 2,
    });
    expect(await item('AGAIN-1')).toMatchObject({ name: 'Mug', price_minor: 200, version: 2, on_hand: 3 });
    const { rows: told } = await app.database.query<{ type: string }>(
      `select type from events.outbox where aggregateid in ('AGAIN-1', 'AGAIN-1@main') order by position`,
    );
    expect(told.map(({ type }) => type)).toEqual([
      'item.created',
      'stock.replenished',
      'item.changed',
      'stock.changed',
    ]);
  });

  it('judges and changes nothing in a dry run', async () => {
    const rows = '{"sku":"DRY-1","name":"Mug","priceMinor":1,"receive":3}\n{"sku":"DRY-2"}\n';
    const report = await importer.import(chunksOf(rows), { format: 'ndjson', dryRun: true });
    expect(report).toMatchObject({ dryRun: true, accepted: 1, rejected: 1, itemsCreated: 1, levelsMoved: 1 });
    expect(await item('DRY-1')).toBeUndefined();
  });

  it('refuses to count a shelf below what is promised, and keeps the other rows', async () => {
    await importer.import(chunksOf('sku,name,price,onHand\nHELD,Mug,1,5\nFREE,Cup,1,5\n'), { format: 'csv' });
    const inventory = app.app.get(InventoryService, { strict: false });
    const reserve = () => inventory.reserve(uuidv7(), [{ orderLineId: uuidv7(), sku: 'HELD', quantity: 4 }]);
    await app.app.get(Transaction, { strict: false }).run(reserve);
    const report = await importer.import(chunksOf('sku,name,onHand\nHELD,Big mug,1\nFREE,Big cup,1\n'), {
      format: 'csv',
    });
    expect(report.faults).toEqual([
      { row: 2, sku: 'HELD', problems: [expect.stringContaining('3 more than were counted')] },
    ]);
    expect(await item('HELD')).toMatchObject({ name: 'Mug', on_hand: 5 });
    expect(await item('FREE')).toMatchObject({ name: 'Big cup', on_hand: 1 });
  });

  it('loses no row when two of the same file run at once', async () => {
    const rows = Array.from(
      { length: 300 },
      (_, index) => `{"sku":"TWIN-${index}","name":"Twin","priceMinor":1,"receive":1}`,
    );
    const imports = [rows, [...rows].reverse()].map((lines) =>
      importer.import(chunksOf(lines.join('\n')), { format: 'ndjson' }),
    );
    const reports = await Promise.all(imports);
    const { rows: found } = await app.database.query<{ items: number; units: number }>(
      `select count(*)::int as items, sum(on_hand)::int as units from inventory.stock_level where sku like 'TWIN-%'`,
    );
    const accepted = reports.reduce((sum, report) => sum + report.accepted, 0);
    expect(found[0]).toEqual({ items: 300, units: accepted });
    expect(reports.reduce((sum, report) => sum + report.itemsCreated, 0)).toBe(300);
    for (const { faults } of reports)
      for (const fault of faults) expect(fault.problems[0]).toContain('somebody else');
  }, 60_000);

  it('of 2,500 items tells its progress and takes the same statements per 1,000 rows, whatever they do', async () => {
    const rows = Array.from(
      { length: 2500 },
      (_, index) => `BULK-${index},"Thing number ${index}",${index % 90}.99,7,red`,
    );
    const file = `sku,name,price,receive,attributes.colour\n${rows.join('\n')}\n`;
    const seen: number[] = [];
    const started = performance.now();
    const { statements } = await countStatements(async () => {
      const report = await importer.import(chunksOf(file), {
        format: 'csv',
        onProgress: (progress) => seen.push(progress.rows),
      });
      expect(report).toMatchObject({
        rows: 2500,
        accepted: 2500,
        rejected: 0,
        itemsCreated: 2500,
        levelsMoved: 2500,
      });
    });
    const tookMs = performance.now() - started;
    console.info(
      `import of 2,500 items with stock: ${Math.round(tookMs)} ms, ${statements.length} statements`,
    );
    expect(seen).toEqual([1000, 2000, 2500]);
    expect(statements.length).toBeLessThanOrEqual(3 * 8);
    expect(tookMs).toBeLessThan(30_000);
  }, 60_000);

  it('leaves ledger and balances equal', async () => {
    for (const { title, sql } of inventoryInvariants) {
      const { rows } = await app.database.query(sql);
      expect({ title, rows }).toEqual({ title, rows: [] });
    }
  });
});

describe('an import over HTTP', () => {
  const send = (type: string, body: string | Buffer, query = '') =>
    app.request
      .post(`/v1/imports${query}`)
      .set('Authorization', `Bearer ${admin}`)
      .set('Content-Type', type)
      .send(body);

  it('answers with the report, and receives nothing twice under one key', async () => {
    const key = uuidv7();
    const csv = 'sku,name,price,receive\nHTTP-1,Mug,1.00,5\nHTTP-2,Cup,x,5\n';
    const first = await send('text/csv', csv).set('Idempotency-Key', key).expect(200);
    expect(first.body).toMatchObject({
      dryRun: false,
      rows: 2,
      accepted: 1,
      rejected: 1,
      faults: [{ row: 3, sku: 'HTTP-2' }],
    });
    const again = await send('text/csv', csv).set('Idempotency-Key', key).expect(200);
    expect(again.text).toBe(first.text);
    expect(await item('HTTP-1')).toMatchObject({ on_hand: 5 });
  });

  it('judges only, where dryRun=true', async () => {
    const rows = '{"sku":"HTTP-DRY","name":"Mug","price":"1.00"}';
    const { body } = await send('application/x-ndjson', rows, '?dryRun=true').expect(200);
    expect(body).toMatchObject({ dryRun: true, accepted: 1, itemsCreated: 1 });
    expect(await item('HTTP-DRY')).toBeUndefined();
  });

  it('refuses other media types, unreadable files, too many bytes, and strangers', async () => {
    await send('application/json', '[]').expect(415);
    await send('text/csv', 'sku,colour\nA,red\n')
      .expect(422)
      .expect(({ body }) => expect(body).toMatchObject({ code: 'import-unreadable' }));
    await send('text/csv', Buffer.from([0x73, 0xff])).expect(422);
    await send('text/csv', Buffer.alloc(20_000_001, 0x61)).expect(413);
    await app.request.post('/v1/imports').set('Content-Type', 'text/csv').send('sku\n').expect(401);
    const keeper = `Bearer ${await app.token('fulfilment')}`;
    await app.request
      .post('/v1/imports')
      .set('Authorization', keeper)
      .set('Content-Type', 'text/csv')
      .send('sku\n')
      .expect(403);
  });
});

describe('the demo shelf', () => {
  it('is filled once, and keeps what was sold since', async () => {
    expect(await seedDemo(app.app)).toBe(12);
    await app.database.query(`update inventory.item set price_minor = 1 where sku = 'TEAPOT'`);
    expect(await seedDemo(app.app)).toBe(0);
    expect(await item('TEAPOT')).toMatchObject({ price_minor: 1, on_hand: 120 });
  });
});
