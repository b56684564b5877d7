import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner, Permission } from '../platform/auth/index.js';
import type { Owner } from '../platform/auth/principal.js';
import type { Answer } from '../platform/http/answer.js';
import { ApiAnswer, ApiProblem, BodyLimit, idSchema } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import { CartReader } from './cart-reader.service.js';
import * as schemas from './carts.schemas.js';
import { CartsService } from './carts.service.js';

@ApiTags('carts')
@Controller('carts/:id/lines')
export class CartLinesController {
  constructor(
    private readonly carts: CartsService,
    private readonly reader: CartReader,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({
    operationId: 'listCartLines',
    summary: 'List the lines in the order in which they were added, at today’s prices',
  })
  @Get()
  @Permission('carts:read', { own: true })
  @ApiAnswer(200, schemas.cartLinePage)
  @ApiProblem('cart-not-found')
  list(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Query({ schema: schemas.cartLinesQuery }) query: schemas.CartLinesQuery,
  ): Promise<unknown> {
    return this.reader.lines(id, owner, query);
  }

  @ApiOperation({
    operationId: 'addCartLines',
    summary: 'Add one or many lines, all or none',
    description:
      'Units of a sku that is there go to its line. A retry under its Idempotency-Key does not add again.',
  })
  @Post()
  @Permission('carts:write', { own: true })
  @Idempotent({ required: false })
  @BodyLimit(schemas.largestLinesBody)
  @ApiAnswer(200, schemas.cartView)
  @ApiProblem(
    'cart-not-found',
    'cart-already-ordered',
    'cart-not-open',
    'not-available',
    'quantity-limit',
    'line-limit',
    'total-too-large',
  )
  add(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Body({ schema: schemas.addLinesRequest }) body: schemas.AddLinesRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.carts.addLines(id, owner, body));
  }

  @ApiOperation({
    operationId: 'setCartLineQuantity',
    summary: 'Set the units of a line',
    description: 'The last one to say wins. The price of today counts as seen.',
  })
  @Patch(':lineId')
  @Permission('carts:write', { own: true })
  @ApiAnswer(200, schemas.cartView)
  @ApiProblem(
    'cart-not-found',
    'cart-line-not-found',
    'cart-already-ordered',
    'cart-not-open',
    'total-too-large',
  )
  setQuantity(
    @Param('id', { schema: idSchema }) id: string,
    @Param('lineId', { schema: idSchema }) lineId: string,
    @CurrentOwner() owner: Owner,
    @Body({ schema: schemas.setQuantityRequest }) body: schemas.SetQuantityRequest,
  ): Promise<Answer> {
    return this.carts.setQuantity(id, owner, lineId, body.quantity);
  }

  @ApiOperation({ operationId: 'removeCartLine', summary: 'Take a line out' })
  @Delete(':lineId')
  @Permission('carts:write', { own: true })
  @ApiAnswer(200, schemas.cartView)
  @ApiProblem('cart-not-found', 'cart-line-not-found', 'cart-already-ordered', 'cart-not-open')
  remove(
    @Param('id', { schema: idSchema }) id: string,
    @Param('lineId', { schema: idSchema }) lineId: string,
    @CurrentOwner() owner: Owner,
  ): Promise<Answer> {
    return this.carts.removeLine(id, owner, lineId);
  }
}
