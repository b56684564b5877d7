import { createReadStream, statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { type ImportReport, ImportService } from '../inventory/index.js';
import { progressBar } from './progress.js';
import { withShop } from './shop-context.js';
import { print, tell } from './output.js';

interface Options {
  format?: 'csv' | 'ndjson';
  dryRun: boolean;
}

/** Good rows are kept, bad ones named; exit code 1 where a row was rejected. */
export function importCommand(): Command {
  return new Command('import')
    .description('imports items and stock from a CSV or NDJSON file; good rows are kept, bad ones reported')
    .argument('<file>', 'with the columns that docs/how-to/import-items.md names')
    .addOption(
      new Option('--format <format>', 'what the file is; by its ending where absent').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option('--dry-run', 'judge every row and change nothing', false)
    .action(importFile);
}

async function importFile(file: string, options: Options): Promise<void> {
  const format = options.format ?? (file.endsWith('.csv') ? 'csv' : 'ndjson');
  const bytes = statSync(file).size;
  const bar = progressBar('bytes');
  const stream = createReadStream(file);
  const report = await withShop((shop) =>
    shop.get(ImportService, { strict: false }).import(stream, {
      format,
      dryRun: options.dryRun,
      onProgress: () => bar.show(stream.bytesRead, bytes),
    }),
  );
  bar.end();
  show(report);
}

function show({ faults, ...figures }: ImportReport): void {
  for (const fault of faults)
    tell(`row ${fault.row}${fault.sku ? ` (${fault.sku})` : ''}: ${fault.problems.join('; ')}`);
  for (const [name, value] of Object.entries(figures)) print(`${name.padEnd(14)} ${String(value)}`);
  if (figures.rejected > 0) process.exitCode = 1;
}
