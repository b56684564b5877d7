import { Controller, Param, Post, RawBody, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { Permission } from '../platform/auth/index.js';
import type { Answer } from '../platform/http/answer.js';
import { ApiProblem } from '../platform/http/index.js';
import { NotIdempotent } from '../platform/idempotency/index.js';
import { carrierNames } from './carriers/index.js';
import { TrackingService } from './tracking.service.js';

const carrierName = z.enum(carrierNames);

@ApiTags('webhooks')
@Controller('webhooks/carriers')
export class CarrierWebhooksController {
  constructor(private readonly tracking: TrackingService) {}

  /** A scan of a parcel, signed by the carrier over the raw body. */
  @Post(':carrier')
  @Permission('public')
  @NotIdempotent('each scan bears an id of its own')
  @ApiProblem('signature-invalid', 'webhook-malformed', 'parcel-unknown')
  receive(
    @Param('carrier', { schema: carrierName }) carrier: string,
    @Req() request: { headers: IncomingHttpHeaders },
    @RawBody() body: Buffer,
  ): Promise<Answer> {
    return this.tracking.receive(carrier, request.headers, body);
  }
}
