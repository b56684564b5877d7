import { Controller, Param, Post, RawBody, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { Permission } from '../platform/auth/index.js';
import type { Answer } from '../platform/http/answer.js';
import { ApiAnswer, ApiProblem } from '../platform/http/index.js';
import { NotIdempotent } from '../platform/idempotency/index.js';
import { ApiSignedWebhook } from '../platform/webhooks/index.js';
import { PaymentWebhooks } from './payment-webhooks.service.js';
import { providerNames } from './providers/index.js';

const providerName = z.enum(providerNames);

@ApiTags('webhooks')
@Controller('webhooks/payments')
export class PaymentWebhooksController {
  constructor(private readonly webhooks: PaymentWebhooks) {}

  @ApiOperation({
    operationId: 'receivePaymentWebhook',
    summary: 'Tell the news of a payment',
    description: 'Signed by the provider over the raw body. The same event again changes nothing.',
  })
  @Post(':provider')
  @Permission('public')
  @NotIdempotent('each event bears an id of its own')
  @ApiSignedWebhook()
  @ApiAnswer(204)
  @ApiProblem('signature-invalid', 'webhook-malformed', 'payment-not-found', 'payment-currency-mismatch')
  receive(
    @Param('provider', { schema: providerName }) provider: string,
    @Req() request: { headers: IncomingHttpHeaders },
    @RawBody() body: Buffer,
  ): Promise<Answer> {
    return this.webhooks.receive(provider, request.headers, body);
  }
}
