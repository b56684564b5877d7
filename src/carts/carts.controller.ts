import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentOwner, CurrentPrincipal, Permission, PresentedCart } from '../platform/auth/index.js';
import type { Owner, Principal } from '../platform/auth/principal.js';
import type { Answer } from '../platform/http/answer.js';
import {
  ApiAnswer,
  ApiProblem,
  BodyLimit,
  idSchema,
  IfMatch,
  type IfMatchVersion,
} from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import { cartDetailsRequest, type CartDetailsRequest } from './cart-details.schemas.js';
import { CartMerge } from './cart-merge.service.js';
import { CartReader } from './cart-reader.service.js';
import { CartValidation } from './cart-validation.service.js';
import { cartValidation } from './cart-validation.schemas.js';
import * as schemas from './carts.schemas.js';
import { CartsService } from './carts.service.js';

@ApiTags('carts')
@Controller('carts')
export class CartsController {
  constructor(
    private readonly carts: CartsService,
    private readonly reader: CartReader,
    private readonly validation: CartValidation,
    private readonly merges: CartMerge,
    private readonly idempotency: Idempotency,
  ) {}

  /** Opens a cart, with its first lines if you like. Without a sign-in it is a guest's, and its secret comes in the header Cart-Token, here only. */
  @Post()
  @Permission('carts:create')
  @Idempotent({ required: false })
  @BodyLimit(schemas.largestLinesBody)
  @ApiAnswer(201, schemas.cartView)
  @ApiProblem('not-available', 'quantity-limit', 'line-limit', 'total-too-large')
  open(
    @ClaimKey() claim: IdempotentRequest,
    @Body({ schema: schemas.newCartRequest }) body: schemas.NewCartRequest,
    @CurrentPrincipal() principal: Principal,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.carts.open(body, principal));
  }

  /** Carts, the latest change first. One that changes while you page moves to the front. */
  @Get()
  @Permission('carts:list')
  @ApiAnswer(200, schemas.cartPage)
  list(@Query({ schema: schemas.cartListQuery }) query: schemas.CartListQuery): Promise<unknown> {
    return this.reader.list(query);
  }

  /** The cart at today's prices. */
  @Get(':id')
  @Permission('carts:read', { own: true })
  @ApiAnswer(200, schemas.cartView)
  @ApiProblem('cart-not-found', 'total-too-large')
  show(@Param('id', { schema: idSchema }) id: string, @CurrentOwner() owner: Owner): Promise<Answer> {
    return this.reader.show(id, owner);
  }

  /** Sets email, addresses and note; needs the ETag that you saw as If-Match. */
  @Patch(':id')
  @Permission('carts:write', { own: true })
  @ApiAnswer(200, schemas.cartView)
  @ApiProblem(
    'cart-not-found',
    'cart-already-ordered',
    'cart-not-open',
    'version-mismatch',
    'if-match-required',
  )
  describe(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Body({ schema: cartDetailsRequest }) body: CartDetailsRequest,
    @IfMatch() seen: IfMatchVersion,
  ): Promise<Answer> {
    return this.carts.describe(id, owner, body, seen);
  }

  /** Everything that a checkout would stumble over, all at once; changes nothing. */
  @Post(':id/validate')
  @Permission('carts:read', { own: true })
  @Idempotent({ required: false })
  @ApiAnswer(200, cartValidation)
  @ApiProblem('cart-not-found')
  validate(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Body({ schema: schemas.nothingRequest }) _body: object,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.validation.validate(id, owner));
  }

  /**
   * Takes the guest cart whose Cart-Token comes along into this customer's cart. Units of the same sku add up; what exceeds the limits is
   * named and stays behind; the guest's email, addresses and note fill only what is empty. The guest cart is `merged`, readable, and its token spent.
   */
  @Post(':id/merge')
  @Permission('carts:write', { own: true })
  @Idempotent({ required: false })
  @ApiAnswer(200, schemas.mergedCartView)
  @ApiProblem(
    'cart-not-found',
    'guest-cart-not-found',
    'customer-needed',
    'cart-already-ordered',
    'cart-not-open',
    'currency-mismatch',
  )
  merge(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @CurrentPrincipal() principal: Principal,
    @PresentedCart() guestCartId: string | undefined,
    @Body({ schema: schemas.nothingRequest }) _body: object,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.merges.merge(id, principal, guestCartId));
  }
}
