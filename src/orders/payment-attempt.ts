import type { OpenedPayment, PaymentRequest, PaymentToOpen } from '../payments/index.js';
import type { Resume } from '../platform/idempotency/index.js';
import type { Order } from './order.entity.js';

export const payRecoveryPoint = 'orders.pay';

/** An attempt to pay what is due. */
export function attemptFor(order: Order, request: PaymentRequest): PaymentToOpen {
  const { id, customerId, amountDueMinor, currency } = order;
  return {
    ...request,
    orderId: id,
    owner: { customerId: customerId ?? undefined },
    amountMinor: amountDueMinor,
    currency,
  };
}

/** What is left to do after the commit: the provider's call. The order goes along, because it is locked before its payment. */
export function resumeWith(order: Order, { transactionId }: OpenedPayment): Resume {
  return { recoveryPoint: payRecoveryPoint, resource: `${order.id}:${transactionId}` };
}

export function readResource(resource: string): { orderId: string; transactionId: string } {
  const [orderId, transactionId] = resource.split(':');
  if (!orderId || !transactionId) throw new Error(`${resource} names no payment of an order`);
  return { orderId, transactionId };
}
