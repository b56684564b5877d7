import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../../auth/index.js';
import { type Answer, ApiAnswer, ApiProblem, idSchema } from '../../http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../../idempotency/index.js';
import * as schemas from './outgoing-webhooks.schemas.js';
import { WebhookDeliveries } from './webhook-deliveries.service.js';

@ApiTags('webhooks')
@Controller()
export class WebhookDeliveriesController {
  constructor(
    private readonly deliveries: WebhookDeliveries,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({
    operationId: 'listWebhookDeliveries',
    summary: 'List what an endpoint was told, newest first, with the tries',
  })
  @Get('webhook-endpoints/:id/deliveries')
  @Permission('webhooks:admin')
  @ApiAnswer(200, schemas.deliveryPage)
  @ApiProblem('webhook-endpoint-not-found')
  list(
    @Param('id', { schema: idSchema }) endpointId: string,
    @Query({ schema: schemas.deliveryListQuery }) query: schemas.WebhookDeliveryListQuery,
  ): Promise<unknown> {
    return this.deliveries.list(endpointId, query);
  }

  @ApiOperation({ operationId: 'readWebhookDelivery', summary: 'Read one delivery with its tries' })
  @Get('webhook-deliveries/:id')
  @Permission('webhooks:admin')
  @ApiAnswer(200, schemas.deliveryView)
  @ApiProblem('webhook-delivery-not-found')
  show(@Param('id', { schema: idSchema }) id: string): Promise<Answer> {
    return this.deliveries.show(id);
  }

  @ApiOperation({
    operationId: 'redeliverWebhook',
    summary: 'Deliver again what is delivered, failed or skipped',
    description: 'Under the same `webhook-id`, before whatever else waits under its key.',
  })
  @Post('webhook-deliveries/:id/redeliver')
  @Permission('webhooks:admin')
  @Idempotent({ required: false })
  @ApiAnswer(200, schemas.deliveryView)
  @ApiProblem('webhook-delivery-not-found', 'webhook-delivery-state')
  redeliver(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.nothing }) _body: object,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.deliveries.redeliver(id));
  }

  @ApiOperation({
    operationId: 'skipWebhookDelivery',
    summary: 'Give up a pending delivery',
    description: 'What waits behind it under its key goes on.',
  })
  @Post('webhook-deliveries/:id/skip')
  @Permission('webhooks:admin')
  @Idempotent({ required: false })
  @ApiAnswer(200, schemas.deliveryView)
  @ApiProblem('webhook-delivery-not-found', 'webhook-delivery-state')
  skip(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.nothing }) _body: object,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.deliveries.skip(id));
  }
}
