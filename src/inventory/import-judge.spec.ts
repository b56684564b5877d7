import { Readable } from 'node:stream';
import { type Batch, batchesOf } from './import-batches.js';
import { decide, wellFormed } from './import-judge.js';
import { type ImportRow } from './import.schemas.js';
import { type Item } from './item.entity.js';
import { StockLevel } from './stock-level.entity.js';

const now = new Date('2026-11-24T10:00:00Z');
const level = (onHand = 0, reserved = 0): StockLevel =>
  StockLevel.of({ sku: 'A', location: 'main', onHand, reserved, version: 1 });
const decided = (given: Partial<ImportRow>, item?: Item, stock = level()) =>
  decide({ sku: 'A', ...given }, item, stock, 'GBP', now);
const mug = (): Item => decided({ name: 'Mug', priceMinor: 850 }).item;

describe('a row by itself', () => {
  it('is refused with every fault named', () => {
    expect(
      wellFormed({ row: 7, fields: { sku: 'A B', priceMinor: -1, onHand: 'x', colour: 'red' } }),
    ).toEqual({
      row: 7,
      sku: 'A B',
      problems: [
        expect.stringContaining('priceMinor: '),
        expect.stringContaining('onHand: '),
        expect.stringContaining('sku: '),
        expect.stringContaining('colour'),
      ],
    });
  });

  it.each([null, [], 'A', 7, {}])('is refused where it is %j', (fields) => {
    expect(wellFormed({ row: 1, fields })).toHaveProperty('problems');
  });

  it.each(['name', 'description', 'imageUrl'])(
    'is refused where its %s has what no database stores',
    (field) => {
      for (const broken of ['https://shop.example/a\u0000b', 'https://shop.example/\ud800']) {
        expect(wellFormed({ row: 1, fields: { sku: 'A', [field]: broken } })).toHaveProperty('problems');
      }
    },
  );

  it('is refused where it says two things of one figure', () => {
    expect(wellFormed({ row: 1, fields: { sku: 'A', onHand: 1, receive: 1 } })).toHaveProperty('problems');
    expect(wellFormed({ row: 1, fields: { sku: 'A', price: '1', priceMinor: 100 } })).toHaveProperty(
      'problems',
    );
  });

  it('is refused where the file named its sku before, skus being exact', async () => {
    const rows = ['84031A', '84031a', '84031A'].map((sku, index) => ({ row: index + 2, fields: { sku } }));
    const batches: Batch[] = [];
    for await (const each of batchesOf(Readable.from(rows))) batches.push(each);
    const [batch] = batches;
    expect(batch?.good.map(({ given }) => given.sku)).toEqual(['84031A', '84031a']);
    expect(batch?.faults).toEqual([{ row: 4, sku: '84031A', problems: ['sku: named before, in row 2'] }]);
  });
});

describe('a row against what the shop has', () => {
  it('makes a new item, on sale where it does not say', () => {
    expect(decided({ name: 'Mug', price: '8.50', receive: 6 })).toMatchObject({
      is: 'new',
      item: { sku: 'A', priceMinor: 850, currency: 'GBP', active: true, version: 1 },
      movement: { kind: 'receive', deltaOnHand: 6 },
    });
  });

  it('changes what it names and keeps the rest', () => {
    expect(decided({ price: '9.00' }, mug())).toMatchObject({
      is: 'changed',
      item: { name: 'Mug', priceMinor: 900, version: 2 },
    });
    expect(decided({ name: 'Mug' }, mug())).toMatchObject({
      is: 'same',
      item: { version: 1 },
      movement: undefined,
    });
  });

  it('counts the shelf, and moves nothing where the count is what is there', () => {
    expect(decided({ onHand: 3 }, mug(), level(5)).movement).toMatchObject({
      kind: 'recount',
      deltaOnHand: -2,
    });
    expect(decided({ onHand: 5 }, mug(), level(5)).movement).toBeUndefined();
  });

  it.each([
    [{ name: 'Mug' }, 'needs name and price'],
    [{ name: 'Mug', price: '1.005' }, 'no exact amount of GBP'],
    [{ name: 'Mug', price: '1', currency: 'EUR' }, 'sells in GBP only'],
  ])('refuses %j', (given, message) => {
    expect(() => decided(given)).toThrow(message);
  });

  it('refuses a count below what is promised, and the item stays as it was', () => {
    const item = mug();
    expect(() => decided({ name: 'Cup', onHand: 1 }, item, level(5, 4))).toThrow('3 more than were counted');
    expect(item.name).toBe('Mug');
  });
});
