import { ImportUnreadable } from './inventory.errors.js';
import { attributeKey } from './inventory.schemas.js';
import type { ReadRow } from './import-reader.js';

type Convert = (cell: string) => unknown;

const asText: Convert = (cell) => cell;
/** What is no whole number stays text, and the row's schema says so. */
const asUnits: Convert = (cell) => (/^\d{1,15}$/.test(cell) ? Number(cell) : cell);
const asFlag: Convert = (cell) => (cell === 'true' ? true : cell === 'false' ? false : cell);

const converters = new Map<string, Convert>([
  ['sku', asText],
  ['name', asText],
  ['description', asText],
  ['price', asText],
  ['priceMinor', asUnits],
  ['currency', asText],
  ['imageUrl', asText],
  ['active', asFlag],
  ['onHand', asUnits],
  ['receive', asUnits],
]);
const attributePrefix = 'attributes.';

/** The header of a CSV file. An empty cell says nothing: what the shop has stays. */
export class CsvColumns {
  private readonly names: string[];

  constructor(header: string[]) {
    this.names = header.map((name) => name.trim());
    const unknown = this.names.filter((name) => !converters.has(name) && !isAttribute(name));
    if (unknown.length > 0) {
      const known = [...converters.keys(), `${attributePrefix}*`].join(', ');
      throw new ImportUnreadable(`unknown columns: ${unknown.slice(0, 20).join(', ')}; known are ${known}`);
    }
    const repeated = this.names.filter((name, index) => this.names.indexOf(name) !== index);
    if (repeated.length > 0) throw new ImportUnreadable(`columns named twice: ${repeated.join(', ')}`);
    if (!this.names.includes('sku')) throw new ImportUnreadable('the column sku is missing');
  }

  read(cells: string[], row: number): ReadRow {
    if (cells.length !== this.names.length) {
      return { row, fault: `has ${cells.length} cells where the header has ${this.names.length}` };
    }
    const fields: [string, unknown][] = [];
    const attributes: [string, string][] = [];
    for (const [index, name] of this.names.entries()) {
      const cell = cells[index] ?? '';
      if (cell === '') continue;
      const convert = converters.get(name);
      if (convert) fields.push([name, convert(cell)]);
      else attributes.push([name.slice(attributePrefix.length), cell]);
    }
    if (attributes.length > 0) fields.push(['attributes', Object.fromEntries(attributes)]);
    return { row, fields: Object.fromEntries(fields) };
  }
}

function isAttribute(name: string): boolean {
  return (
    name.startsWith(attributePrefix) && attributeKey.safeParse(name.slice(attributePrefix.length)).success
  );
}
