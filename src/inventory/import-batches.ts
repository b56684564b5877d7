import type { RowFault } from './import.schemas.js';
import { wellFormed, type WellFormedRow } from './import-judge.js';
import type { ReadRow } from './import-reader.js';

export interface Batch {
  good: WellFormedRow[];
  faults: RowFault[];
}

const rowsPerBatch = 1000;

/** Judges each row by itself; a sku that the file names again is a fault of the later row. */
export async function* batchesOf(rows: AsyncIterable<ReadRow>): AsyncGenerator<Batch> {
  const seen = new Map<string, number>();
  let batch: Batch = { good: [], faults: [] };
  for await (const read of rows) {
    const judged = wellFormed(read);
    if ('problems' in judged) batch.faults.push(judged);
    else {
      const { sku } = judged.given;
      const first = seen.get(sku);
      if (first === undefined) batch.good.push(judged);
      else batch.faults.push({ row: judged.row, sku, problems: [`sku: named before, in row ${first}`] });
      seen.set(sku, first ?? judged.row);
    }
    if (batch.good.length + batch.faults.length < rowsPerBatch) continue;
    yield batch;
    batch = { good: [], faults: [] };
  }
  yield batch;
}
