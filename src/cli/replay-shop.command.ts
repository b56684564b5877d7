import { Command } from 'commander';
import { replayShop } from '../replay/replay-shop.js';
import { positiveInteger } from './arguments.js';
import { progressBar } from './progress.js';
import { proveInvariants } from './verify.command.js';
import { print } from './output.js';

interface Options {
  baseUrl: string;
  shoppers: number;
  json: boolean;
  verify: boolean;
}

/** Exit codes: 0 all sold and every invariant holds; 1 otherwise. */
export function replayShopCommand(): Command {
  return new Command('replay-shop')
    .description('plays days of the Online Retail data against a running shop, then proves the invariants')
    .argument('<files...>', 'CSV files of the data set, in the order of their days')
    .option('--base-url <url>', 'where the shop answers', 'http://127.0.0.1:8080')
    .option('--shoppers <count>', 'how many buy at once', positiveInteger, 16)
    .option('--json', 'print the report as one JSON object on the last line', false)
    .option(
      '--no-verify',
      'leave the invariants to another call, where the database cannot be reached from here',
    )
    .action(replay);
}

async function replay(files: string[], options: Options): Promise<void> {
  const bar = progressBar('orders');
  const report = await replayShop({
    files,
    baseUrl: options.baseUrl,
    shoppers: options.shoppers,
    onProgress: bar.show,
  });
  bar.end();
  const violations = options.verify ? await proveInvariants() : undefined;
  const result = { ...report, ...(violations === undefined ? {} : { violations }) };
  if (options.json) print(JSON.stringify(result));
  else
    for (const [name, value] of Object.entries(result)) print(`${name.padEnd(16)} ${JSON.stringify(value)}`);
  if (report.unitsLeft !== 0 || violations) process.exitCode = 1;
}
