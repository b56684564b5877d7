import { Injectable } from '@nestjs/common';
import { DeliveriesService } from '../deliveries/index.js';
import { PaymentsService, PaymentView } from '../payments/index.js';
import { SecretTokens } from '../platform/auth/index.js';
import { accepted, Answer, created, ok, refused, RevealedToken } from '../platform/http/index.js';
import { orderEtag, OrderParts, orderView } from './order-views.js';
import type { Order } from './order.entity.js';
import { OrderStateConflict, PaymentDeclined } from './orders.errors.js';

/** What shoppers get back when they place, pay or cancel an order. */
@Injectable()
export class OrderAnswers {
  constructor(
    private readonly payments: PaymentsService,
    private readonly deliveries: DeliveriesService,
    private readonly tokens: SecretTokens,
  ) {}

  /** The secret by which a guest comes back to the order; customers come back by their own name. */
  async issueToken(order: Order): Promise<RevealedToken | undefined> {
    return order.customerId === null ? this.tokens.issue('order', order.id) : undefined;
  }

  async placed(order: Order, token?: RevealedToken): Promise<Answer> {
    const { body, etag } = await this.view(order);
    return created(body, { location: locationOf(order), etag, token });
  }

  /** By what is recorded of the payment, whoever recorded it. */
  async paid(order: Order, payment: PaymentView): Promise<Answer> {
    const location = locationOf(order);
    const token = order.customerId === null ? await this.tokens.again('order', order.id) : undefined;
    if (order.isClosed) return refused(new OrderStateConflict(order.status, 'paid'), { location, token });
    if (payment.status === 'failed') return refused(declined(payment), { location, token });
    const { body, etag } = await this.view(order);
    const isKnown = !payment.hasUnknown && payment.status !== 'created';
    return isKnown ? created(body, { location, etag, token }) : accepted(body, { location, etag, token });
  }

  async changed(order: Order): Promise<Answer> {
    const { body, etag } = await this.view(order);
    return ok(body, { etag });
  }

  private async view(order: Order): Promise<{ body: unknown; etag: string }> {
    const parts: OrderParts = {
      payments: order.paymentStatus === 'unpaid' ? [] : await this.payments.ofOrder(order.id),
      deliveries: order.confirmedAt === null ? [] : await this.deliveries.ofOrder(order.id),
    };
    return { body: orderView(order, parts), etag: orderEtag(order, parts) };
  }
}

const locationOf = (order: Order): string => `/v1/orders/${order.id}`;

const declined = ({ id, orderId, failureReason }: PaymentView): PaymentDeclined =>
  new PaymentDeclined({ orderId, paymentId: id, reason: failureReason });
