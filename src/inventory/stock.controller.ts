import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../platform/auth/index.js';
import { Answer, ApiAnswer, ApiProblem } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import {
  type AdjustmentRequest,
  adjustmentRequest,
  type MovementListQuery,
  movementListQuery,
  movementPage,
  type ReceiptRequest,
  receiptRequest,
  type RecountRequest,
  recountRequest,
  skuSchema,
  type StockListQuery,
  stockListQuery,
  stockPage,
  stockView,
} from './inventory.schemas.js';
import { StockService } from './stock.service.js';

@ApiTags('inventory')
@Controller('stock')
export class StockController {
  constructor(
    private readonly stock: StockService,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({ operationId: 'listStock', summary: 'List stock levels by sku' })
  @Get()
  @Permission('inventory:read')
  @ApiAnswer(200, stockPage)
  @ApiProblem('cursor-invalid')
  list(@Query({ schema: stockListQuery }) query: StockListQuery) {
    return this.stock.list(query);
  }

  @ApiOperation({
    operationId: 'readStock',
    summary: 'Read what is on hand, reserved and available of an item',
  })
  @Get(':sku')
  @Permission('inventory:read')
  @ApiAnswer(200, stockView)
  @ApiProblem('item-not-found')
  read(@Param('sku', { schema: skuSchema }) sku: string): Promise<Answer> {
    return this.stock.read(sku);
  }

  @ApiOperation({
    operationId: 'listStockMovements',
    summary: 'List the movements of an item, the latest first',
    description: 'The ledger is only ever added to; the deltas of a location add up to its level.',
  })
  @Get(':sku/movements')
  @Permission('inventory:read')
  @ApiAnswer(200, movementPage)
  @ApiProblem('item-not-found', 'cursor-invalid')
  movements(
    @Param('sku', { schema: skuSchema }) sku: string,
    @Query({ schema: movementListQuery }) query: MovementListQuery,
  ) {
    return this.stock.movements(sku, query);
  }

  @ApiOperation({ operationId: 'receiveStock', summary: 'Receive units' })
  @Post(':sku/receipts')
  @Permission('inventory:write')
  @Idempotent({ required: true })
  @ApiAnswer(201, stockView)
  @ApiProblem('item-not-found')
  receive(
    @ClaimKey() key: IdempotentRequest,
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: receiptRequest }) request: ReceiptRequest,
  ): Promise<Answer> {
    return this.idempotency.run(key, () => this.stock.receive(sku, request));
  }

  @ApiOperation({
    operationId: 'adjustStock',
    summary: 'Adjust the units on hand, with a reason',
    description: 'Refused where it would leave less than is promised; the problem names the shortfall.',
  })
  @Post(':sku/adjustments')
  @Permission('inventory:write')
  @Idempotent({ required: true })
  @ApiAnswer(201, stockView)
  @ApiProblem('item-not-found', 'adjustment-below-reserved')
  adjust(
    @ClaimKey() key: IdempotentRequest,
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: adjustmentRequest }) request: AdjustmentRequest,
  ): Promise<Answer> {
    return this.idempotency.run(key, () => this.stock.adjust(sku, request));
  }

  @ApiOperation({
    operationId: 'recountStock',
    summary: 'Set the units on hand to what was counted',
    description: 'Refused where it would leave less than is promised; the problem names the shortfall.',
  })
  @Post(':sku/recounts')
  @Permission('inventory:write')
  @Idempotent({ required: true })
  @ApiAnswer(201, stockView)
  @ApiProblem('item-not-found', 'recount-below-reserved')
  recount(
    @ClaimKey() key: IdempotentRequest,
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: recountRequest }) request: RecountRequest,
  ): Promise<Answer> {
    return this.idempotency.run(key, () => this.stock.recount(sku, request));
  }
}
