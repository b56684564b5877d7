import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type PaymentRequest, paymentRequest } from '../payments/index.js';
import { CurrentGrant, CurrentOwner, CurrentPrincipal, Permission } from '../platform/auth/index.js';
import type { Grant, Owner, Principal } from '../platform/auth/index.js';
import { type Answer, ApiAnswer, ApiProblem, BodyLimit, idSchema } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import { CancellationService } from './cancellation.service.js';
import { CheckoutService } from './checkout.service.js';
import * as schemas from './orders.schemas.js';
import { PaymentAttempts } from './payment-attempts.service.js';

@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly checkouts: CheckoutService,
    private readonly attempts: PaymentAttempts,
    private readonly cancellations: CancellationService,
  ) {}

  @ApiOperation({
    operationId: 'placeOrder',
    summary: 'Place an order in one call, without a cart',
    description: 'A guest’s secret comes in the header Order-Token, with this answer alone.',
  })
  @Post()
  @Permission('orders:place')
  @Idempotent({ required: true })
  @BodyLimit(schemas.largestLinesBody)
  @ApiAnswer(
    201,
    schemas.orderView,
    'placed; paymentStatus says whether the shopper has something left to do',
  )
  @ApiAnswer(202, schemas.orderView, 'placed; the outcome of the payment is not known yet: see Location')
  @ApiProblem(
    'payment-declined',
    'total-changed',
    'out-of-stock',
    'not-available',
    'total-too-large',
    'payment-provider-unavailable',
  )
  place(
    @ClaimKey() claim: IdempotentRequest,
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: schemas.placeRequest }) body: schemas.PlaceRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.checkouts.atOnce(principal, body));
  }

  @ApiOperation({
    operationId: 'payOrder',
    summary: 'Pay what is due',
    description: 'Again after a payment was declined, or in another way while the first asks for an action.',
  })
  @Post(':id/payments')
  @Permission('payments:create', { own: true })
  @Idempotent({ required: true, keptDays: 30 })
  @ApiAnswer(201, schemas.orderView, 'paid, pending, or waiting for an action of the shopper at actionUrl')
  @ApiAnswer(202, schemas.orderView, 'the outcome is not known yet: see Location')
  @ApiProblem(
    'order-not-found',
    'payment-declined',
    'order-expired',
    'order-state',
    'nothing-to-pay',
    'payment-in-progress',
    'payment-provider-unavailable',
  )
  pay(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Body({ schema: paymentRequest }) body: PaymentRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.attempts.start(id, owner, body));
  }

  @ApiOperation({
    operationId: 'cancelOrder',
    summary: 'Cancel all that has not been shipped, or the named units',
    description: 'The money for them goes back by itself.',
  })
  @Post(':id/cancellations')
  @Permission('orders:cancel', { own: true })
  @Idempotent({ required: true })
  @BodyLimit(schemas.largestLinesBody)
  @ApiAnswer(200, schemas.orderView)
  @ApiProblem(
    'order-not-found',
    'order-state',
    'units-not-left',
    'order-line-unknown',
    'order-already-captured',
    'delivery-already-dispatched',
  )
  cancel(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @CurrentGrant() grant: Grant,
    @Body({ schema: schemas.cancelRequest }) body: schemas.CancelRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.cancellations.cancel(id, owner, grant, body));
  }
}
