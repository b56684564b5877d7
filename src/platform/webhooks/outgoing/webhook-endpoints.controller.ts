import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../../auth/index.js';
import {
  type Answer,
  ApiAnswer,
  ApiProblem,
  idSchema,
  IfMatch,
  type IfMatchVersion,
} from '../../http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../../idempotency/index.js';
import * as schemas from './outgoing-webhooks.schemas.js';
import { WebhookEndpoints } from './webhook-endpoints.service.js';

@ApiTags('webhooks')
@Controller('webhook-endpoints')
export class WebhookEndpointsController {
  constructor(
    private readonly endpoints: WebhookEndpoints,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({
    operationId: 'createWebhookEndpoint',
    summary: 'Register an endpoint that is told of events from now on',
    description: 'The signing secret is in the header `Webhook-Secret` of this answer and nowhere else.',
  })
  @Post()
  @Permission('webhooks:admin')
  @Idempotent({ required: true })
  @ApiAnswer(201, schemas.endpointView)
  @ApiProblem('webhook-url-refused', 'event-type-unknown')
  async create(
    @ClaimKey() claim: IdempotentRequest,
    @Body({ schema: schemas.newEndpointRequest }) body: schemas.NewEndpointRequest,
  ): Promise<Answer> {
    const accepted = this.endpoints.accept(body);
    // Asked before the transaction and judged inside it: an answer that is stored under the key comes first.
    await Promise.allSettled([accepted]);
    return this.idempotency.run(claim, async () => this.endpoints.register(await accepted));
  }

  @ApiOperation({ operationId: 'listWebhookEndpoints', summary: 'List webhook endpoints, oldest first' })
  @Get()
  @Permission('webhooks:admin')
  @ApiAnswer(200, schemas.endpointPage)
  list(@Query({ schema: schemas.endpointListQuery }) query: schemas.EndpointListQuery): Promise<unknown> {
    return this.endpoints.list(query);
  }

  @ApiOperation({ operationId: 'readWebhookEndpoint', summary: 'Read a webhook endpoint' })
  @Get(':id')
  @Permission('webhooks:admin')
  @ApiAnswer(200, schemas.endpointView)
  @ApiProblem('webhook-endpoint-not-found')
  show(@Param('id', { schema: idSchema }) id: string): Promise<Answer> {
    return this.endpoints.show(id);
  }

  @ApiOperation({
    operationId: 'changeWebhookEndpoint',
    summary: 'Change, disable or enable a webhook endpoint',
    description: 'Needs the ETag that you saw as If-Match. What is absent stays.',
  })
  @Patch(':id')
  @Permission('webhooks:admin')
  @ApiAnswer(200, schemas.endpointView)
  @ApiProblem(
    'webhook-endpoint-not-found',
    'webhook-url-refused',
    'event-type-unknown',
    'if-match-required',
    'version-mismatch',
  )
  async change(
    @Param('id', { schema: idSchema }) id: string,
    @IfMatch() ifMatch: IfMatchVersion,
    @Body({ schema: schemas.endpointChangeRequest }) body: schemas.EndpointChangeRequest,
  ): Promise<Answer> {
    return this.endpoints.change(id, await this.endpoints.accept(body), ifMatch);
  }

  @ApiOperation({
    operationId: 'deleteWebhookEndpoint',
    summary: 'Delete a webhook endpoint with its deliveries',
  })
  @Delete(':id')
  @HttpCode(204)
  @Permission('webhooks:admin')
  @ApiAnswer(204)
  @ApiProblem('webhook-endpoint-not-found')
  delete(@Param('id', { schema: idSchema }) id: string): Promise<Answer> {
    return this.endpoints.delete(id);
  }

  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Make a new signing secret',
    description:
      'It is in the header `Webhook-Secret` of this answer and nowhere else. The one before signs too, for a time.',
  })
  @Post(':id/secrets')
  @Permission('webhooks:admin')
  @Idempotent({ required: true })
  @ApiAnswer(200, schemas.endpointView)
  @ApiProblem('webhook-endpoint-not-found')
  rotate(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.rotationRequest }) { overlapSeconds }: schemas.RotationRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.endpoints.rotate(id, overlapSeconds));
  }
}
