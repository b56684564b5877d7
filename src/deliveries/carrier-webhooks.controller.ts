import { Controller, Param, Post, RawBody, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { Permission } from '../platform/auth/index.js';
import type { Answer } from '../platform/http/answer.js';
import { ApiAnswer, ApiProblem } from '../platform/http/index.js';
import { NotIdempotent } from '../platform/idempotency/index.js';
import { ApiSignedWebhook } from '../platform/webhooks/index.js';
import { carrierNames } from './carriers/index.js';
import { TrackingService } from './tracking.service.js';

const carrierName = z.enum(carrierNames);

@ApiTags('webhooks')
@Controller('webhooks/carriers')
export class CarrierWebhooksController {
  constructor(private readonly tracking: TrackingService) {}

  @ApiOperation({
    operationId: 'receiveCarrierWebhook',
    summary: 'Tell the scan of a parcel',
    description: 'Signed by the carrier over the raw body. The same event again changes nothing.',
  })
  @Post(':carrier')
  @Permission('public')
  @NotIdempotent('each scan bears an id of its own')
  @ApiSignedWebhook()
  @ApiAnswer(204)
  @ApiProblem('signature-invalid', 'webhook-malformed', 'parcel-unknown')
  receive(
    @Param('carrier', { schema: carrierName }) carrier: string,
    @Req() request: { headers: IncomingHttpHeaders },
    @RawBody() body: Buffer,
  ): Promise<Answer> {
    return this.tracking.receive(carrier, request.headers, body);
  }
}
