import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner, Permission } from '../platform/auth/index.js';
import type { Owner } from '../platform/auth/principal.js';
import type { Answer } from '../platform/http/answer.js';
import { ApiAnswer, ApiProblem, idSchema } from '../platform/http/index.js';
import { ClaimKey, Idempotent } from '../platform/idempotency/index.js';
import { Idempotency, type IdempotentRequest } from '../platform/idempotency/idempotency.js';
import * as schemas from './deliveries.schemas.js';
import { DeliveryReader } from './delivery-reader.service.js';
import { DispatchService } from './dispatch.service.js';
import { TrackingService } from './tracking.service.js';

@ApiTags('deliveries')
@Controller('deliveries')
export class DeliveriesController {
  constructor(
    private readonly reader: DeliveryReader,
    private readonly dispatch: DispatchService,
    private readonly tracking: TrackingService,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({ operationId: 'listDeliveries', summary: 'List parcels, oldest first' })
  @Get()
  @Permission('deliveries:read', { own: true })
  @ApiAnswer(200, schemas.deliveryPage)
  list(
    @Query({ schema: schemas.deliveryListQuery }) query: schemas.DeliveryListQuery,
    @CurrentOwner() owner: Owner,
  ): Promise<unknown> {
    return this.reader.list(query, owner);
  }

  @ApiOperation({
    operationId: 'readDelivery',
    summary: 'Read one parcel with its scans and the revisions of its estimate',
  })
  @Get(':id')
  @Permission('deliveries:read', { own: true })
  @ApiAnswer(200, schemas.deliveryView)
  @ApiProblem('delivery-not-found')
  show(@Param('id', { schema: idSchema }) id: string, @CurrentOwner() owner: Owner): Promise<Answer> {
    return this.reader.show(id, owner);
  }

  @ApiOperation({ operationId: 'splitDelivery', summary: 'Take units out into a parcel of their own' })
  @Post(':id/split')
  @Permission('deliveries:write')
  @Idempotent({ required: true })
  @ApiAnswer(201, schemas.deliveryView)
  @ApiProblem('delivery-not-found', 'delivery-state', 'split-not-possible')
  split(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.splitRequest }) body: schemas.SplitRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.dispatch.split(id, body));
  }

  @ApiOperation({ operationId: 'packDelivery', summary: 'Pack the parcel' })
  @Post(':id/pack')
  @Permission('deliveries:write')
  @Idempotent({ required: true })
  @ApiAnswer(200, schemas.deliveryView)
  @ApiProblem('delivery-not-found', 'delivery-state')
  pack(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.packRequest }) _body: object,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.dispatch.pack(id));
  }

  @ApiOperation({
    operationId: 'shipDelivery',
    summary: 'Hand the parcel to its carrier',
    description: 'Its units leave the shelf.',
  })
  @Post(':id/ship')
  @Permission('deliveries:write')
  @Idempotent({ required: true })
  @ApiAnswer(200, schemas.deliveryView)
  @ApiProblem(
    'delivery-not-found',
    'delivery-state',
    'tracking-number-missing',
    'tracking-number-taken',
    'carrier-unavailable',
  )
  ship(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.shipRequest }) body: schemas.ShipRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.dispatch.ship(id, body));
  }

  @ApiOperation({
    operationId: 'reportScan',
    summary: 'Record a scan that a person reports',
    description: 'A late one is kept as history and never moves the parcel back.',
  })
  @Post(':id/tracking-events')
  @Permission('deliveries:write')
  @Idempotent({ required: false })
  @ApiAnswer(201, schemas.deliveryView)
  @ApiProblem('delivery-not-found', 'delivery-state')
  report(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.scanRequest }) body: schemas.ScanRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.tracking.report(id, body));
  }

  @ApiOperation({
    operationId: 'reviseDeliveryEstimate',
    summary: 'Revise the window in which the parcel is expected',
  })
  @Post(':id/estimates')
  @Permission('deliveries:write')
  @Idempotent({ required: false })
  @ApiAnswer(200, schemas.deliveryView)
  @ApiProblem('delivery-not-found')
  estimate(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.estimateRequest }) body: schemas.EstimateRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.tracking.estimate(id, body));
  }
}
