import { Global, Module } from '@nestjs/common';
import { WebhookSignatures } from './webhook-signatures.js';

@Global()
@Module({ providers: [WebhookSignatures], exports: [WebhookSignatures] })
export class WebhooksModule {}
