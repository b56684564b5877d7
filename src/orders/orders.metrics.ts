import { defineCounter } from '../platform/metrics/index.js';

export const latePayments = defineCounter(
  'orders_late_payments_total',
  'Money that came for an order that was canceled or expired; it is given back',
  ['status'],
);

export const underpaidOrders = defineCounter(
  'orders_underpaid_total',
  'Confirmed orders whose money was lost again (capture failed, authorization lapsed, charged back); a person decides',
);
