import { Command } from 'commander';
import { type Finding, VerifyService } from '../verify/index.js';
import { withShop } from './shop-context.js';
import { print, tell } from './output.js';

/** Exit codes: 0 every invariant holds, 1 one is violated. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('proves the invariants of docs/guarantees.md in the database')
    .option('--json', 'print the findings as one JSON array', false)
    .action(async (options: { json: boolean }) => {
      const findings = await prove();
      if (options.json) print(JSON.stringify(findings.map(({ sql: _sql, ...finding }) => finding)));
      else for (const finding of findings) print(lineOf(finding));
      if (findings.some((finding) => finding.violations > 0)) process.exitCode = 1;
    });
}

/** Tells each violation and answers how many rows violate an invariant. */
export async function proveInvariants(): Promise<number> {
  const findings = await prove();
  for (const finding of findings.filter(({ violations }) => violations > 0)) tell(lineOf(finding));
  return findings.reduce((sum, finding) => sum + finding.violations, 0);
}

const prove = (): Promise<Finding[]> =>
  withShop((shop) => shop.get(VerifyService, { strict: false }).prove());

function lineOf({ id, title, violations, examples }: Finding): string {
  const verdict = violations === 0 ? 'holds   ' : 'VIOLATED';
  const shown =
    violations === 0
      ? ''
      : `\n    ${violations} rows, such as ${examples.map((row) => JSON.stringify(row)).join('\n    ')}`;
  return `${verdict} ${id.padEnd(4)} ${title}${shown}`;
}
