// Sums jest's JSON results of a folder: `node scripts/sum-results.mjs FOLDER EXIT_STATUS_OF_THE_RUN`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, status] = process.argv.slice(2);
const results = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

const passed = results.reduce((sum, result) => sum + result.numPassedTests, 0);
// A file that did not compile has no failed test, only a broken suite.
const failedTests = results.reduce(
  (sum, result) => sum + result.numFailedTests + result.numRuntimeErrorTestSuites,
  0,
);
const failed = failedTests === 0 && status !== '0' ? 1 : failedTests;

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
