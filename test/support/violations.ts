import { VerifyService } from '../../src/verify/index.js';
import type { TestApp } from './app.js';

/** The invariants that do not hold in this shop's database, with examples. */
export async function violationsIn(shop: TestApp): Promise<unknown[]> {
  const findings = await shop.app.get(VerifyService, { strict: false }).prove();
  return findings.filter(({ violations }) => violations > 0).map(({ sql: _sql, ...finding }) => finding);
}
