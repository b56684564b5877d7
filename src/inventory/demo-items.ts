import { Readable } from 'node:stream';
import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { ImportService } from './import.service.js';
import { ItemsRepository } from './items.repository.js';

interface DemoItem {
  sku: string;
  name: string;
  description: string;
  priceMinor: number;
  attributes: Record<string, string>;
  onHand: number;
}

/** A shelf to try things on; the last two show `low` and `out-of-stock`. */
export const demoItems: readonly DemoItem[] = [
  {
    sku: 'MUG-WHITE',
    name: 'White mug',
    description: 'Stoneware, 350 ml',
    priceMinor: 850,
    attributes: { colour: 'white' },
    onHand: 500,
  },
  {
    sku: 'MUG-BLUE',
    name: 'Blue mug',
    description: 'Stoneware, 350 ml',
    priceMinor: 850,
    attributes: { colour: 'blue' },
    onHand: 500,
  },
  {
    sku: 'TEAPOT',
    name: 'Teapot',
    description: 'For four cups, with strainer',
    priceMinor: 2495,
    attributes: { material: 'glass' },
    onHand: 120,
  },
  {
    sku: 'TEA-EARL-GREY',
    name: 'Earl Grey tea',
    description: 'Loose leaf, 125 g',
    priceMinor: 620,
    attributes: { weight: '125 g' },
    onHand: 800,
  },
  {
    sku: 'TEA-MINT',
    name: 'Peppermint tea',
    description: 'Loose leaf, 80 g',
    priceMinor: 540,
    attributes: { weight: '80 g' },
    onHand: 800,
  },
  {
    sku: 'COFFEE-250',
    name: 'Coffee beans',
    description: 'Medium roast, 250 g',
    priceMinor: 990,
    attributes: { weight: '250 g' },
    onHand: 600,
  },
  {
    sku: 'LANTERN',
    name: 'Metal lantern',
    description: 'For one tea light',
    priceMinor: 1399,
    attributes: { colour: 'black' },
    onHand: 200,
  },
  {
    sku: 'CANDLE-6',
    name: 'Six candles',
    description: 'Beeswax, 20 cm',
    priceMinor: 1150,
    attributes: { pieces: '6' },
    onHand: 300,
  },
  {
    sku: 'BLANKET',
    name: 'Wool blanket',
    description: '130 by 180 cm',
    priceMinor: 5900,
    attributes: { material: 'wool' },
    onHand: 80,
  },
  {
    sku: 'NOTEBOOK-A5',
    name: 'Notebook',
    description: 'Lined, 160 pages',
    priceMinor: 725,
    attributes: { size: 'A5' },
    onHand: 1000,
  },
  {
    sku: 'CLOCK',
    name: 'Wall clock',
    description: 'Only a few are left',
    priceMinor: 3450,
    attributes: { colour: 'green' },
    onHand: 3,
  },
  {
    sku: 'POSTER-2010',
    name: 'Poster of 2010',
    description: 'Sold out',
    priceMinor: 1200,
    attributes: { size: 'A2' },
    onHand: 0,
  },
];

@Injectable()
export class DemoShelf {
  constructor(
    private readonly importer: ImportService,
    private readonly items: ItemsRepository,
  ) {}

  /** Makes the demo items that the shop does not have, and answers how many; those it has keep prices and stock. */
  async seed(): Promise<number> {
    const known = new Set(await this.items.known(demoItems.map(({ sku }) => sku)));
    const rows = demoItems.filter(({ sku }) => !known.has(sku)).map((item) => JSON.stringify(item));
    const report = await this.importer.import(Readable.from([Buffer.from(rows.join('\n'))]), {
      format: 'ndjson',
    });
    return report.itemsCreated;
  }
}

export function seedDemo(shop: INestApplicationContext): Promise<number> {
  return shop.get(DemoShelf, { strict: false }).seed();
}
