import { defineCounter, defineGauge } from '../metrics/index.js';

export const reads = defineCounter('cache_reads_total', 'Reads through the cache: found there, or loaded', [
  'outcome',
]);
export const tierErrors = defineCounter(
  'cache_tier_errors_total',
  'Commands that a tier of the cache did not answer',
  ['tier', 'reason'],
);
export const tierUp = defineGauge('cache_tier_up', 'Whether a tier of the cache is used', ['tier']);
