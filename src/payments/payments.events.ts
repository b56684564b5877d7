import { z } from 'zod';
import { defineEventMetric } from '../platform/events/event-metrics.js';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { paymentExamples } from './payments.events.examples.js';
import { paymentStatuses, transactionKinds, transactionStates } from './payment-status.js';

const minor = z.number().int().nonnegative();

const snapshot = z.object({
  paymentId: z.uuid().describe('one attempt to pay with one provider; an order may have many'),
  orderId: z.uuid(),
  version: z.number().int().positive().describe('of the payment after this event; the same as `ce_sequence`'),
  provider: z.string().describe('such as `invoice`; a name that a reader does not know may come'),
  status: z.enum(paymentStatuses),
  currency: z.string().length(3).describe('ISO 4217 code of all amounts'),
  amountMinor: minor.describe('what the attempt is for, in minor units'),
  openMinor: minor.describe('authorized, and neither captured nor released, in minor units'),
  capturedMinor: minor.describe('in minor units, refunded or not'),
  refundedMinor: minor.describe('in minor units'),
  chargedBackMinor: minor.describe("taken back by the shopper's bank, in minor units"),
  transaction: z
    .object({
      transactionId: z.uuid(),
      kind: z.enum(transactionKinds),
      state: z.enum(transactionStates),
      amountMinor: minor.describe('what this transaction moves, in minor units'),
      reason: z.string().optional().describe("the provider's word, where it gave one"),
    })
    .describe('the transaction that this event is about'),
});
export type PaymentSnapshot = z.output<typeof snapshot>;

export const paymentEvents = defineEvents(
  'payments',
  'payment',
  {
    'payment.created': snapshot.describe('A shopper tries to pay; the provider has not answered yet.'),
    'payment.transaction_started': snapshot.describe(
      'A capture, void or refund is on its way to the provider.',
    ),
    'payment.transaction_failed': snapshot.describe(
      'A capture, void, refund or chargeback came to nothing; `transaction.kind` says which.',
    ),
    'payment.requires_action': snapshot.describe('The shopper must act at the provider before it goes on.'),
    'payment.pending': snapshot.describe('The provider has it and will say later.'),
    'payment.authorized': snapshot.describe('The money is promised, and not taken yet.'),
    'payment.captured': snapshot.describe('Money was taken: `transaction.amountMinor` of it.'),
    'payment.failed': snapshot.describe('The attempt was declined; the order may be paid by another.'),
    'payment.voided': snapshot.describe('What was authorized was released.'),
    'payment.expired': snapshot.describe('The authorization lapsed at the provider.'),
    'payment.refunded': snapshot.describe('Money was given back: `transaction.amountMinor` of it.'),
    'payment.outcome_unknown': snapshot.describe(
      'Nobody knows yet whether the call has acted; a later event says so.',
    ),
    'payment.charged_back': snapshot.describe("The shopper's bank took money back."),
    'payment.chargeback_reversed': snapshot.describe("The shopper's bank gave it to the shop again."),
  },
  { key: 'orderId', subject: ['paymentId'], examples: paymentExamples },
);
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
