import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
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

  @Get()
  @Permission('items:read')
  @ApiAnswer(200, itemPage)
  @ApiProblem('cursor-invalid', 'inactive-items-hidden')
  list(@Query({ schema: itemListQuery }) query: ItemListQuery, @CurrentPrincipal() principal: Principal) {
    return this.items.list(query, principal);
  }

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
