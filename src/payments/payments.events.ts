import { z } from 'zod';
import { defineEvents, EventsOf } from '../platform/events/catalogue.js';
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
