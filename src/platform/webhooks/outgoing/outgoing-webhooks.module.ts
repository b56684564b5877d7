import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG, type Config } from '../../config/config.js';
import { AddressCheck, RESOLVE } from './address-check.js';
import { nameServerOf } from './name-server.js';
import { OutgoingWebhooksFollower } from './outgoing-webhooks.follower.js';
import { OutgoingWebhooksKeeper } from './outgoing-webhooks.keeper.js';
import { OutgoingWebhooksWorker } from './outgoing-webhooks.worker.js';
import { RetrySchedule } from './retry-schedule.js';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookDeliveries } from './webhook-deliveries.service.js';
import { WebhookDispatch } from './webhook-dispatch.service.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { WebhookEndpointHealth } from './webhook-endpoint-health.js';
import { WebhookEndpointsController } from './webhook-endpoints.controller.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { WebhookEndpoints } from './webhook-endpoints.service.js';
import { WebhookExpiryRepository } from './webhook-expiry.repository.js';
import { WebhookExpiry } from './webhook-expiry.service.js';
import { WebhookFeedRepository } from './webhook-feed.repository.js';
import { WebhookLanesRepository } from './webhook-lanes.repository.js';
import { WebhookOutcomes } from './webhook-outcomes.service.js';
import { WebhookSecretsRepository } from './webhook-secrets.repository.js';
import { WebhookSecrets } from './webhook-secrets.service.js';
import { WebhookSender } from './webhook-sender.js';

const feeding = [OutgoingWebhooksFollower, WebhookFeedRepository];
const sending = [
  OutgoingWebhooksWorker,
  WebhookDispatch,
  WebhookEndpointHealth,
  WebhookExpiry,
  WebhookExpiryRepository,
  WebhookOutcomes,
  WebhookLanesRepository,
  WebhookSender,
  AddressCheck,
  { provide: RESOLVE, useFactory: nameServerOf, inject: [CONFIG] },
  {
    provide: RetrySchedule,
    useFactory: ({ WEBHOOK_RETRY_SECONDS, WEBHOOK_TIMEOUT_MS }: Config) =>
      new RetrySchedule(WEBHOOK_RETRY_SECONDS, WEBHOOK_TIMEOUT_MS),
    inject: [CONFIG],
  },
];
const administration = [
  WebhookEndpoints,
  WebhookEndpointsRepository,
  WebhookDeliveries,
  WebhookDeliveriesRepository,
  WebhookSecrets,
  WebhookSecretsRepository,
  OutgoingWebhooksKeeper,
];

@Module({
  imports: [TypeOrmModule.forFeature([WebhookEndpoint])],
  controllers: [WebhookEndpointsController, WebhookDeliveriesController],
  providers: [...feeding, ...sending, ...administration],
})
export class OutgoingWebhooksModule {}
