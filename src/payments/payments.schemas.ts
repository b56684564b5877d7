import { z } from 'zod';
import { currencySchema, moneySchema, text } from '../platform/http/index.js';
import { paymentStatuses, transactionKinds, transactionStates } from './payment-status.js';
import type { Payment } from './payment.entity.js';
import type { PaymentTransaction } from './payment-transaction.entity.js';
import { providerNames } from './providers/index.js';

/** How a shopper pays; part of the requests that place an order or try again. */
export const paymentRequest = z
  .strictObject({
    provider: z.enum(providerNames).describe('who moves the money'),
    instrument: z
      .string()
      .regex(/^[A-Za-z0-9_.:+-]{1,200}$/, 'must be a token of the provider')
      .optional()
      .describe("the provider's token of a card or account; never a card number"),
    returnUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .describe('where the provider sends the shopper after an action'),
  })
  .meta({ id: 'PaymentRequest' });
export type PaymentRequest = z.output<typeof paymentRequest>;

const minor = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

export const captureRequest = z
  .strictObject({ amountMinor: minor.optional().describe('all that may be captured where absent') })
  .meta({ id: 'CapturePaymentRequest' });
export type CaptureRequest = z.output<typeof captureRequest>;

export const voidRequest = z.strictObject({}).meta({ id: 'VoidPaymentRequest' });

export const refundRequest = z
  .strictObject({
    amountMinor: minor,
    reference: text(100).optional().describe('your own reference; each is used once per payment'),
  })
  .meta({ id: 'RefundPaymentRequest' });
export type RefundRequest = z.output<typeof refundRequest>;

const instant = z.iso.datetime();
const amount = z.int().nonnegative();

export const paymentView = z
  .object({
    id: z.uuid(),
    orderId: z.uuid(),
    version: z.int(),
    provider: z.string().meta({ 'x-extensible-enum': providerNames }),
    status: z.enum(paymentStatuses).meta({ 'x-extensible-enum': paymentStatuses }),
    hasUnknown: z.boolean().describe('whether the outcome of a call is not known yet'),
    isUnderWay: z.boolean().describe('whether its authorization has no outcome yet'),
    amount: moneySchema,
    currency: currencySchema,
    openMinor: amount.describe('authorized, neither captured nor released'),
    capturedMinor: amount,
    refundedMinor: amount,
    refundableMinor: amount,
    chargedBackMinor: amount,
    actionUrl: z.url().optional().describe('where the shopper acts, with requires_action'),
    failureReason: z.string().optional(),
    createdAt: instant,
    transactions: z.array(
      z.object({
        id: z.uuid(),
        kind: z.enum(transactionKinds).meta({ 'x-extensible-enum': transactionKinds }),
        state: z.enum(transactionStates).meta({ 'x-extensible-enum': transactionStates }),
        amountMinor: amount,
        reference: z.string().optional(),
        reason: z.string().optional(),
        createdAt: instant,
        decidedAt: instant.optional(),
      }),
    ),
  })
  .meta({ id: 'Payment' });
export type PaymentView = z.output<typeof paymentView>;

export function viewOf(payment: Payment): PaymentView {
  const { id, orderId, version, provider, status, currency, amountMinor, hasUnknown, authorization } =
    payment;
  const { openMinor, capturedMinor, refundedMinor, refundableMinor, chargedBackMinor } = payment.sums;
  const isWaiting = authorization.state === 'requires_action';
  return {
    ...{ id, orderId, version, provider, status, hasUnknown },
    isUnderWay: authorization.isUndecided,
    amount: { amountMinor, currency },
    ...{ currency, openMinor, capturedMinor, refundedMinor, refundableMinor, chargedBackMinor },
    ...(isWaiting && authorization.actionUrl ? { actionUrl: authorization.actionUrl } : {}),
    ...(authorization.state === 'failed' && authorization.reason
      ? { failureReason: authorization.reason }
      : {}),
    createdAt: payment.createdAt.toISOString(),
    transactions: payment.transactions.map(viewOfTransaction),
  };
}

function viewOfTransaction(transaction: PaymentTransaction): PaymentView['transactions'][number] {
  const { id, kind, state, amountMinor, clientReference, reason, createdAt, decidedAt } = transaction;
  return {
    ...{ id, kind, state, amountMinor },
    ...(clientReference === null ? {} : { reference: clientReference }),
    ...(reason === null ? {} : { reason }),
    createdAt: createdAt.toISOString(),
    ...(decidedAt === null ? {} : { decidedAt: decidedAt.toISOString() }),
  };
}
