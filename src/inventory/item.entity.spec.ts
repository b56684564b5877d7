import { Item, type ItemDetails } from './item.entity.js';
import { itemChangeRequest, newItemRequest } from './inventory.schemas.js';

const now = new Date('2026-11-24T10:00:00Z');
const later = new Date('2026-11-24T11:00:00Z');
const details: ItemDetails = {
  name: 'Mug',
  description: null,
  priceMinor: 850,
  currency: 'GBP',
  attributes: { colour: 'white', size: 'L' },
  imageUrl: null,
  active: true,
};

describe('an item', () => {
  it('begins with version 1', () => {
    expect(Item.create('MUG', details, now)).toMatchObject({
      sku: 'MUG',
      version: 1,
      createdAt: now,
      changedAt: now,
    });
  });

  it('takes what a change names, keeps the rest, and raises the version by one', () => {
    const item = Item.create('MUG', details, now);
    expect(item.change({ priceMinor: 900, name: undefined }, later)).toBe(true);
    expect(item).toMatchObject({ ...details, priceMinor: 900, version: 2, createdAt: now, changedAt: later });
  });

  it('stays as it is when a change says nothing new, whatever the order of the attributes', () => {
    const item = Item.create('MUG', details, now);
    expect(item.change({ name: 'Mug', attributes: { size: 'L', colour: 'white' } }, later)).toBe(false);
    expect(item).toMatchObject({ version: 1, changedAt: now });
  });

  it('loses its description when a change says null', () => {
    const item = Item.create('MUG', { ...details, description: 'old' }, now);
    expect(item.change({ description: null }, later)).toBe(true);
    expect(item.description).toBeNull();
  });
});

describe('what people may say of an item', () => {
  const price = { amountMinor: 850, currency: 'GBP' };

  it.each(['MUG', '84031a', 'gift_0001_20', 'A.b-c'])('takes the sku %s as it is', (sku) => {
    expect(newItemRequest.parse({ sku, name: 'Mug', price }).sku).toBe(sku);
  });

  it.each(['', ' MUG', '.MUG', 'MUG/1', 'MÜG', 'x'.repeat(65), 'MUG\n'])('refuses the sku %j', (sku) => {
    expect(newItemRequest.safeParse({ sku, name: 'Mug', price }).success).toBe(false);
  });

  it.each(['constructor', 'toString', ' colour', 'é'])('refuses the attribute %s', (key) => {
    expect(itemChangeRequest.safeParse({ attributes: { [key]: 'x' } }).success).toBe(false);
  });

  it('is not bent by an attribute __proto__', () => {
    const bent: unknown = JSON.parse('{"attributes":{"__proto__":{"isBent":"yes"},"colour":"red"}}');
    const { attributes } = itemChangeRequest.parse(bent);
    expect(Object.entries(attributes ?? {})).toEqual([['colour', 'red']]);
    expect(attributes?.['isBent']).toBeUndefined();
  });

  it.each([-1, 0.5, 2 ** 53, '850', null])('refuses the amount %j', (amountMinor) => {
    expect(
      newItemRequest.safeParse({ sku: 'MUG', name: 'Mug', price: { amountMinor, currency: 'GBP' } }).success,
    ).toBe(false);
  });

  it('refuses fields that are not its own', () => {
    expect(itemChangeRequest.safeParse({ version: 7 }).success).toBe(false);
    expect(itemChangeRequest.safeParse({ sku: 'OTHER' }).success).toBe(false);
  });
});
