import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner, CurrentPrincipal, Permission } from '../platform/auth/index.js';
import type { Owner, Principal } from '../platform/auth/index.js';
import { type Answer, ApiAnswer, ApiProblem, idSchema } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import { OrderLookup } from './order-lookup.service.js';
import { OrderReader } from './order-reader.service.js';
import * as schemas from './orders.schemas.js';

@ApiTags('orders')
@Controller('orders')
export class OrderReadsController {
  constructor(
    private readonly reader: OrderReader,
    private readonly lookup: OrderLookup,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({
    operationId: 'listOrders',
    summary: 'List orders, newest first',
    description: 'A customer’s own; for staff everybody’s.',
  })
  @Get()
  @Permission('orders:list', { own: true })
  @ApiAnswer(200, schemas.orderPage)
  list(
    @Query({ schema: schemas.orderListQuery }) query: schemas.OrderListQuery,
    @CurrentOwner() owner: Owner,
    @CurrentPrincipal() reader: Principal,
  ): Promise<unknown> {
    return this.lookup.list(query, owner, reader);
  }

  @ApiOperation({
    operationId: 'lookUpOrder',
    summary: 'See how far an order is, by its number and email',
    description:
      'For guests without the order’s secret. A wrong number and a wrong email are answered alike.',
  })
  @Post('lookup')
  @Permission('orders:lookup')
  @Idempotent({ required: false })
  @ApiAnswer(200, schemas.trackedOrder)
  @ApiProblem('order-not-found')
  track(
    @ClaimKey() claim: IdempotentRequest,
    @Body({ schema: schemas.lookupRequest }) body: schemas.LookupRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.lookup.track(body));
  }

  @ApiOperation({
    operationId: 'searchOrders',
    summary: 'Find orders by number or email',
    description: 'For staff. Both are in the body, because addresses end up in logs.',
  })
  @Post('search')
  @Permission('orders:list')
  @Idempotent({ required: false })
  @ApiAnswer(200, schemas.orderPage)
  search(
    @ClaimKey() claim: IdempotentRequest,
    @Body({ schema: schemas.searchRequest }) body: schemas.SearchRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.lookup.search(body));
  }

  @ApiOperation({ operationId: 'readOrder', summary: 'Read an order with its payments and parcels' })
  @Get(':id')
  @Permission('orders:read', { own: true })
  @ApiAnswer(200, schemas.orderView)
  @ApiProblem('order-not-found')
  show(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @CurrentPrincipal() reader: Principal,
  ): Promise<Answer> {
    return this.reader.show(id, owner, reader);
  }

  @ApiOperation({
    operationId: 'listOrderLines',
    summary: 'List the lines of an order, by their place in it',
  })
  @Get(':id/lines')
  @Permission('orders:read', { own: true })
  @ApiAnswer(200, schemas.orderLinePage)
  @ApiProblem('order-not-found')
  lines(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @Query({ schema: schemas.pageQuery }) query: schemas.PageQuery,
  ): Promise<unknown> {
    return this.reader.lines(id, owner, query);
  }

  @ApiOperation({
    operationId: 'readOrderTimeline',
    summary: 'List each change of an order, and when it came',
    description: 'Staff also see who made it.',
  })
  @Get(':id/timeline')
  @Permission('orders:read', { own: true })
  @ApiAnswer(200, schemas.timelinePage)
  @ApiProblem('order-not-found')
  timeline(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @CurrentPrincipal() reader: Principal,
    @Query({ schema: schemas.pageQuery }) query: schemas.PageQuery,
  ): Promise<unknown> {
    return this.reader.timeline(id, owner, reader, query);
  }
}
