import './deliveries.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { InventoryModule } from '../inventory/index.js';
import { CONFIG } from '../platform/config/config.js';
import { WebhookSignatures } from '../platform/webhooks/index.js';
import { CarrierWebhooksController } from './carrier-webhooks.controller.js';
import { CARRIERS, makeCarriers } from './carriers/index.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import { Delivery } from './delivery.entity.js';
import { DeliveryReader } from './delivery-reader.service.js';
import { DeliveryViewsRepository } from './delivery-views.repository.js';
import { DispatchService } from './dispatch.service.js';
import { TrackingService } from './tracking.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Delivery]), InventoryModule],
  controllers: [DeliveriesController, CarrierWebhooksController],
  providers: [
    { provide: CARRIERS, useFactory: makeCarriers, inject: [CONFIG, WebhookSignatures] },
    DeliveriesRepository,
    DeliveryViewsRepository,
    DeliveryReader,
    DeliveriesService,
    DispatchService,
    TrackingService,
  ],
  exports: [DeliveriesService],
})
export class DeliveriesModule {}
