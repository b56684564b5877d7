import type { DeliveryView } from '../deliveries/index.js';
import type { PaymentView } from '../payments/index.js';
import { etagOf } from '../platform/http/index.js';
import type { OrderLine } from './order-line.entity.js';
import { sayOrderNumber } from './order-number.js';
import type { AttentionReason } from './order-status.js';
import type { Order } from './order.entity.js';
import {
  mostLinesInView,
  type OrderLineView,
  type OrderSummaryView,
  type OrderView,
} from './orders.schemas.js';

/** What other rooms know of the order; `payments` are undefined for readers who may not see them. */
export interface OrderParts {
  payments?: PaymentView[];
  deliveries: DeliveryView[];
  attention?: AttentionReason[];
}

export function orderView(order: Order, { payments, deliveries, attention }: OrderParts): OrderView {
  const { cartId, email, shippingAddress, billingAddress, note } = order;
  const actionUrl = payments?.findLast((payment) => payment.actionUrl)?.actionUrl;
  return {
    ...standingOf(order),
    ...(cartId === null ? {} : { cartId }),
    ...{ email, shippingAddress },
    ...(billingAddress === null ? {} : { billingAddress }),
    ...(note === null ? {} : { note }),
    totals: totalsOf(order),
    ...linesOf(order),
    ...(actionUrl ? { actionUrl } : {}),
    ...(payments ? { payments } : {}),
    deliveries,
    ...(attention ? { attention } : {}),
  };
}

/** Covers all that `orderView` shows: the order's version and those of its parts. */
export function orderEtag(order: Order, { payments, deliveries, attention }: OrderParts): string {
  const versions = [...(payments ?? []), ...deliveries].map((part) => part.version);
  const reader = payments ? 'order' : 'order-without-payments';
  return attention
    ? etagOf(`${reader}-for-staff`, order.version, ...versions, ...attention)
    : etagOf(reader, order.version, ...versions);
}

export function summaryView(order: Order, attention?: AttentionReason[]): OrderSummaryView {
  const total = { amountMinor: order.totalMinor, currency: order.currency };
  return { ...standingOf(order), total, ...(attention ? { attention } : {}) };
}

export function lineView(line: OrderLine): OrderLineView {
  const { id, sku, name, quantity, canceled, shipped, delivered, returned } = line;
  const { unitPriceMinor, subtotalMinor, discountMinor, taxMinor, totalMinor } = line;
  const price = {
    unitPrice: unitPriceMinor,
    quantity,
    subtotal: subtotalMinor,
    discount: discountMinor,
    tax: taxMinor,
    total: totalMinor,
  };
  return { orderLineId: id, sku, name, ...price, canceled, shipped, delivered, returned };
}

function standingOf(order: Order) {
  const { id, number, version, status, paymentStatus, deliveryStatus, customerId, currency, amountDueMinor } =
    order;
  const { lineCount, unitCount, canceledUnitCount, placedAt, expiresAt, confirmedAt, endedAt } = order;
  return {
    ...{ id, number: sayOrderNumber(number), version, status, paymentStatus, deliveryStatus },
    hasUnknownPayment: order.paymentUnknownSince !== null,
    ...(customerId === null ? {} : { customerId }),
    amountDue: { amountMinor: amountDueMinor, currency },
    ...{ lineCount, unitCount, canceledUnitCount },
    placedAt: placedAt.toISOString(),
    ...(status === 'pending' ? { expiresAt: expiresAt.toISOString() } : {}),
    ...(confirmedAt === null ? {} : { confirmedAt: confirmedAt.toISOString() }),
    ...(endedAt === null ? {} : { endedAt: endedAt.toISOString() }),
  };
}

function totalsOf(order: Order): OrderView['totals'] {
  const { currency, pricesIncludeTax, subtotalMinor, discountMinor, shippingMinor, taxMinor, totalMinor } =
    order;
  const amounts = {
    subtotal: subtotalMinor,
    discount: discountMinor,
    shipping: shippingMinor,
    tax: taxMinor,
    total: totalMinor,
  };
  return { currency, pricesIncludeTax, ...amounts };
}

function linesOf(order: Order): Pick<OrderView, 'lines' | 'linesUrl'> {
  if (order.lineCount > mostLinesInView) return { linesUrl: `/v1/orders/${order.id}/lines` };
  return { lines: order.lines.map(lineView) };
}
