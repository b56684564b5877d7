import { Readable } from 'node:stream';
import { ImportUnreadable } from './inventory.errors.js';
import { type ImportFormat, type ImportSource, type ReadRow, readRows } from './import-reader.js';

/** The bytes come one by one, so that no reader leans on the ends of chunks. */
const dripped = (text: string | Buffer): ImportSource =>
  Readable.from([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)));

async function rowsOf(text: string | Buffer, format: ImportFormat): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  for await (const row of readRows(dripped(text), format)) rows.push(row);
  return rows;
}

describe('reading a CSV file', () => {
  it('names each row by its line and each cell by its column', async () => {
    expect(
      await rowsOf('\ufeffsku,name,price,receive\nA,"Mug, white",2.55,6\n\nB,Tö😀pf,1.00,x\n', 'csv'),
    ).toEqual([
      { row: 2, fields: { sku: 'A', name: 'Mug, white', price: '2.55', receive: 6 } },
      { row: 4, fields: { sku: 'B', name: 'Tö😀pf', price: '1.00', receive: 'x' } },
    ]);
  });

  it('leaves out empty cells and gathers attributes', async () => {
    const [row] = await rowsOf('sku,active,attributes.colour,attributes.size\nA,,red,\n', 'csv');
    expect(row).toEqual({ row: 2, fields: { sku: 'A', attributes: { colour: 'red' } } });
  });

  it('reports a row with another number of cells and goes on behind it', async () => {
    expect(await rowsOf('sku,name\nA\nB,b,b\nC,c\n', 'csv')).toEqual([
      { row: 2, fault: 'has 1 cells where the header has 2' },
      { row: 3, fault: 'has 3 cells where the header has 2' },
      { row: 4, fields: { sku: 'C', name: 'c' } },
    ]);
  });

  it('keeps the quotes of a name, doubled in quotes or plain', async () => {
    const rows = await rowsOf('sku,name\nA,"a ""HOME"" sign"\nB,a "HOME" sign\nC,"HOME" sign\n', 'csv');
    expect(rows.map((row) => 'fields' in row && row.fields)).toEqual([
      { sku: 'A', name: 'a "HOME" sign' },
      { sku: 'B', name: 'a "HOME" sign' },
      { sku: 'C', name: '"HOME" sign' },
    ]);
  });

  it('reports a quote that is never closed and keeps the rows before it', async () => {
    const rows = await rowsOf('sku,name\nA,a\nB,"b\nC,c\n', 'csv');
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual({ row: 2, fields: { sku: 'A', name: 'a' } });
    expect(rows).toContainEqual({ row: 4, fault: expect.stringContaining('Quote Not Closed') });
  });

  it.each([
    ['', 'no header'],
    ['name\nA\n', 'column sku is missing'],
    ['sku,colour\nA,red\n', 'unknown columns: colour'],
    ['sku,attributes.__proto__\nA,red\n', 'unknown columns: attributes.__proto__'],
    ['sku,name,name\nA,a,b\n', 'named twice: name'],
  ])('refuses the file %j as a whole', async (text, message) => {
    await expect(rowsOf(text, 'csv')).rejects.toThrow(message);
    await expect(rowsOf(text, 'csv')).rejects.toThrow(ImportUnreadable);
  });

  it.each(['csv', 'ndjson'] as const)('refuses %s that is not UTF-8', async (format) => {
    await expect(rowsOf(Buffer.from([0x73, 0xff, 0xfe, 0x0a]), format)).rejects.toThrow('not UTF-8');
  });
});

describe('reading an NDJSON file', () => {
  it('reads a row per line, with or without a last line break', async () => {
    expect(await rowsOf('{"sku":"A"}\r\n\n{"sku":"B"}', 'ndjson')).toEqual([
      { row: 1, fields: { sku: 'A' } },
      { row: 3, fields: { sku: 'B' } },
    ]);
  });

  it('reports a line that is no JSON and goes on behind it', async () => {
    expect(await rowsOf('{"sku":\n[1]\n', 'ndjson')).toEqual([
      { row: 1, fault: 'is no JSON' },
      { row: 2, fields: [1] },
    ]);
  });
});
