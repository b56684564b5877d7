import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
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
import {
  ClaimKey,
  Idempotency,
  Idempotent,
  type IdempotentRequest,
  NotIdempotent,
} from '../platform/idempotency/index.js';
import { cartDetailsRequest, type CartDetailsRequest } from './cart-details.schemas.js';
import { CartMerge } from './cart-merge.service.js';
import { CartReader } from './cart-reader.service.js';
import { CartValidation } from './cart-validation.service.js';
import { cartValidation } from './cart-validation.schemas.js';
import * as schemas from './carts.schemas.js';
import { CartsService } from './carts.service.js';

const mergePolicy = [
  'Send the bearer token of the customer and, beside it, the Cart-Token of the guest cart.',
  'Units of the same sku add up; what exceeds the limits of a line or a cart is named in `notCarried` and stays in the guest cart.',
  'The guest’s email, addresses and note fill only what is empty.',
  'Nothing is destroyed: the guest cart becomes `merged`, keeps its lines, and can be read by the customer; its token is spent.',
].join(' ');

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

  @ApiOperation({
    operationId: 'openCart',
    summary: 'Open a cart, with its first lines if you like',
    description:
      'Without a sign-in it is a guest’s, and its secret comes in the header Cart-Token, with this answer alone.',
  })
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

  @ApiOperation({
    operationId: 'listCarts',
    summary: 'List carts, the latest change first',
    description: 'A cart that changes while you page moves to the front.',
  })
  @Get()
  @Permission('carts:list')
  @ApiAnswer(200, schemas.cartPage)
  list(@Query({ schema: schemas.cartListQuery }) query: schemas.CartListQuery): Promise<unknown> {
    return this.reader.list(query);
  }

  @ApiOperation({ operationId: 'readCart', summary: 'Read a cart at today’s prices' })
  @Get(':id')
  @Permission('carts:read', { own: true })
  @ApiAnswer(200, schemas.cartView)
  @ApiProblem('cart-not-found', 'total-too-large')
  show(@Param('id', { schema: idSchema }) id: string, @CurrentOwner() owner: Owner): Promise<Answer> {
    return this.reader.show(id, owner);
  }

  @ApiOperation({
    operationId: 'describeCart',
    summary: 'Set email, addresses and note',
    description: 'Needs the ETag that you saw as If-Match. What is absent stays, null takes away.',
  })
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

  @ApiOperation({
    operationId: 'validateCart',
    summary: 'Name everything that a checkout would stumble over, all at once',
    description: 'Changes nothing.',
  })
  @Post(':id/validate')
  @Permission('carts:read', { own: true })
  @NotIdempotent('it reads only, and wants to be answered anew')
  @ApiAnswer(200, cartValidation)
  @ApiProblem('cart-not-found')
  validate(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Body({ schema: schemas.nothingRequest }) _body: object,
  ): Promise<Answer> {
    return this.validation.validate(id, owner);
  }

  @ApiOperation({
    operationId: 'mergeCarts',
    summary: 'Take a guest cart into this customer’s cart',
    description: mergePolicy,
  })
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
