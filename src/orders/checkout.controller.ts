import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner, Permission } from '../platform/auth/index.js';
import type { Owner } from '../platform/auth/index.js';
import { type Answer, ApiAnswer, ApiProblem, idSchema } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import { CheckoutService } from './checkout.service.js';
import { type CheckoutRequest, checkoutRequest, orderView } from './orders.schemas.js';

/** Under carts by its address; here, because it is the orders that conduct it. */
@ApiTags('carts')
@Controller('carts')
export class CheckoutController {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly checkouts: CheckoutService,
  ) {}

  @ApiOperation({
    operationId: 'checkOutCart',
    summary: 'Order the cart at the total that the shopper saw',
    description: 'A guest’s secret comes in the header Order-Token, with this answer alone.',
  })
  @Post(':id/checkout')
  @Permission('carts:checkout', { own: true })
  @Idempotent({ required: true })
  @ApiAnswer(201, orderView, 'placed; paymentStatus says whether the shopper has something left to do')
  @ApiAnswer(202, orderView, 'placed; the outcome of the payment is not known yet: see Location')
  @ApiProblem(
    'cart-not-found',
    'cart-already-ordered',
    'cart-not-open',
    'cart-incomplete',
    'total-changed',
    'out-of-stock',
    'not-available',
    'total-too-large',
    'payment-declined',
    'payment-provider-unavailable',
  )
  checkout(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Body({ schema: checkoutRequest }) body: CheckoutRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.checkouts.ofCart(id, owner, body));
  }
}
