import { pipeline, Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { ImportUnreadable } from './inventory.errors.js';
import { CsvColumns } from './import-columns.js';

export const importFormats = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof importFormats)[number];

export type ImportSource = AsyncIterable<Uint8Array>;

/** A row as the file has it, not yet judged; `row` is the line of the file that it ends on, counted from 1. */
export type ReadRow = { row: number; fields: unknown } | { row: number; fault: string };

const longestRowBytes = 1_000_000;

/** Reads row by row, never the whole file; throws ImportUnreadable where the file as a whole makes no sense. */
export function readRows(source: ImportSource, format: ImportFormat): AsyncGenerator<ReadRow> {
  const text = decode(source);
  return format === 'csv' ? readCsv(text) : readNdjson(text);
}

/** Shows each chunk as it passes. */
export async function* tap(
  source: ImportSource,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    see(chunk);
    yield chunk;
  }
}

async function* decode(source: ImportSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decoded = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (error) {
      if (isBadEncoding(error)) throw new ImportUnreadable('the file is not UTF-8');
      throw error;
    }
  };
  for await (const chunk of source) yield decoded(chunk);
  yield decoded();
}

function isBadEncoding(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
  );
}

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<ReadRow> {
  const broken: ReadRow[] = [];
  const parser = parse({
    info: true,
    relax_column_count: true,
    // Names have quotes in them; a strict reader would lose the rows behind one.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: longestRowBytes,
    on_skip: (error) => void broken.push(csvFault(error)),
  });
  // What breaks the source breaks the parser, whose reader below then throws it.
  pipeline(Readable.from(text), parser, () => undefined);
  const records: AsyncIterable<CsvRecord> = parser;
  let columns: CsvColumns | undefined;
  for await (const { record, info } of records) {
    if (!columns) columns = new CsvColumns(record);
    else yield columns.read(record, info.lines);
    yield* broken.splice(0);
  }
  yield* broken.splice(0);
  if (!columns) throw new ImportUnreadable('the file has no header');
}

function csvFault(error: CsvError | undefined): ReadRow {
  const lines: unknown = error?.lines;
  return { row: typeof lines === 'number' ? lines : 0, fault: error?.message ?? 'is no CSV' };
}

async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<ReadRow> {
  let row = 0;
  for await (const line of linesOf(text)) {
    row += 1;
    if (line.trim() !== '') yield readJson(line, row);
  }
}

function readJson(line: string, row: number): ReadRow {
  try {
    return { row, fields: JSON.parse(line) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return { row, fault: 'is no JSON' };
    throw error;
  }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestRowBytes)
      throw new ImportUnreadable(`a row is longer than ${longestRowBytes} characters`);
    yield* lines;
  }
  yield rest;
}
