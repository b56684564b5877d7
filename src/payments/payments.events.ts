import { z } from 'zod';
import { defineEventMetric } from '../platform/events/event-metrics.js';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { paymentStatuses, transactionKinds, transactionStates } from './payment-status.js';

const minor = z.number().int().nonnegative();

const snapshot = z.object({
  paymentId: z.uuid(),
  orderId: z.uuid(),
  version: z.number().int().positive(),
  provider: z.string(),
  status: z.enum(paymentStatuses),
  currency: z.string().length(3),
  amountMinor: minor,
  openMinor: minor,
  capturedMinor: minor,
  refundedMinor: minor,
  chargedBackMinor: minor,
  transaction: z.object({
    transactionId: z.uuid(),
    kind: z.enum(transactionKinds),
    state: z.enum(transactionStates),
    amountMinor: minor,
    reason: z.string().optional(),
  }),
});
export type PaymentSnapshot = z.output<typeof snapshot>;

export const paymentEvents = defineEvents('payments', 'payment', {
  'payment.created': snapshot,
  'payment.transaction_started': snapshot,
  'payment.transaction_failed': snapshot,
  'payment.requires_action': snapshot,
  'payment.pending': snapshot,
  'payment.authorized': snapshot,
  'payment.captured': snapshot,
  'payment.failed': snapshot,
  'payment.voided': snapshot,
  'payment.expired': snapshot,
  'payment.refunded': snapshot,
  'payment.outcome_unknown': snapshot,
  'payment.charged_back': snapshot,
  'payment.chargeback_reversed': snapshot,
});
export type PaymentEventType = keyof typeof paymentEvents;

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof paymentEvents> {}
}

const byProvider = (payload: PaymentSnapshot): { labels: { provider: string } } => ({
  labels: { provider: payload.provider },
});

defineEventMetric({
  name: 'payments_captured_minor_total',
  help: 'Money captured, in minor units',
  on: 'payment.captured',
  labels: ['provider', 'currency'],
  read: ({ provider, currency, transaction }) => ({
    by: transaction.amountMinor,
    labels: { provider, currency },
  }),
});
defineEventMetric({
  name: 'payments_refunded_minor_total',
  help: 'Money given back, in minor units',
  on: 'payment.refunded',
  labels: ['provider', 'currency'],
  read: ({ provider, currency, transaction }) => ({
    by: transaction.amountMinor,
    labels: { provider, currency },
  }),
});
defineEventMetric({
  name: 'payments_failed_total',
  help: 'Attempts that were declined or came to nothing',
  on: 'payment.failed',
  labels: ['provider'],
  read: byProvider,
});
defineEventMetric({
  name: 'payments_outcome_unknown_total',
  help: 'Calls of which nobody knew at once whether they had acted',
  on: 'payment.outcome_unknown',
  labels: ['provider'],
  read: byProvider,
});
