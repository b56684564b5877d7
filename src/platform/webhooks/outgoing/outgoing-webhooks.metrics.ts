import { defineCounter, defineGauge, defineHistogram } from '../../metrics/index.js';

export const deliveriesTotal = defineCounter(
  'webhook_deliveries_total',
  'Outgoing webhooks that came to their end: delivered, failed, skipped',
  ['outcome'],
);
export const attemptsTotal = defineCounter(
  'webhook_attempts_total',
  'Tries to deliver outgoing webhooks, by how they ended',
  ['result'],
);
export const attemptSeconds = defineHistogram(
  'webhook_attempt_seconds',
  'How long receivers take to answer',
  [],
  [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
);
export const endpointsDisabledTotal = defineCounter(
  'webhook_endpoints_disabled_total',
  'Endpoints that were disabled because they answered 410, or failed for days on end',
  ['reason'],
);
export const backlog = defineGauge(
  'webhook_backlog',
  'Outgoing webhooks of enabled endpoints that are still to be delivered',
);
export const lag = defineGauge(
  'webhook_lag_seconds',
  'Age of the oldest outgoing webhook of an enabled endpoint that is still to be delivered',
);
