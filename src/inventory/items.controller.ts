import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Permission, type Principal } from '../platform/auth/index.js';
import { Answer, ApiAnswer, ApiProblem, IfMatch, type IfMatchVersion } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import {
  type ItemChangeRequest,
  itemChangeRequest,
  type ItemListQuery,
  itemListQuery,
  itemPage,
  itemView,
  type NewItemRequest,
  newItemRequest,
  skuSchema,
} from './inventory.schemas.js';
import { ItemsService } from './items.service.js';

@ApiTags('inventory')
@Controller('items')
export class ItemsController {
  constructor(
    private readonly items: ItemsService,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({ operationId: 'createItem', summary: 'Put an item on sale' })
  @Post()
  @Permission('items:write')
  @Idempotent({ required: false })
  @ApiAnswer(201, itemView)
  @ApiProblem('sku-taken', 'currency-not-sold')
  create(
    @ClaimKey() key: IdempotentRequest,
    @Body({ schema: newItemRequest }) request: NewItemRequest,
  ): Promise<Answer> {
    return this.idempotency.run(key, () => this.items.create(request));
  }

  @ApiOperation({
    operationId: 'listItems',
    summary: 'List items by name, price or age',
    description:
      'Searched and filtered by what is stored. Figures of stock are shown to staff; shoppers see `availability`.',
  })
  @Get()
  @Permission('items:read')
  @ApiAnswer(200, itemPage)
  @ApiProblem('cursor-invalid', 'inactive-items-hidden')
  list(@Query({ schema: itemListQuery }) query: ItemListQuery, @CurrentPrincipal() principal: Principal) {
    return this.items.list(query, principal);
  }

  @ApiOperation({ operationId: 'readItem', summary: 'Read an item' })
  @Get(':sku')
  @Permission('items:read')
  @ApiAnswer(200, itemView)
  @ApiProblem('item-not-found')
  read(
    @Param('sku', { schema: skuSchema }) sku: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<Answer> {
    return this.items.read(sku, principal);
  }

  @ApiOperation({
    operationId: 'changeItem',
    summary: 'Change an item',
    description: 'Needs the ETag that you saw as If-Match. What is absent stays.',
  })
  @Patch(':sku')
  @Permission('items:write')
  @ApiAnswer(200, itemView)
  @ApiProblem('item-not-found', 'currency-not-sold', 'if-match-required', 'version-mismatch')
  change(
    @Param('sku', { schema: skuSchema }) sku: string,
    @IfMatch() ifMatch: IfMatchVersion,
    @Body({ schema: itemChangeRequest }) request: ItemChangeRequest,
  ): Promise<Answer> {
    return this.items.change(sku, request, ifMatch);
  }
}
