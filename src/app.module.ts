import { type DynamicModule, Module } from '@nestjs/common';
import { CartsModule } from './carts/index.js';
import { DeliveriesModule } from './deliveries/index.js';
import { InventoryModule } from './inventory/index.js';
import { migrations } from './migrations.js';
import { OrdersModule } from './orders/index.js';
import { PaymentsModule } from './payments/index.js';
import { AuthModule } from './platform/auth/index.js';
import { CacheModule } from './platform/cache/index.js';
import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { EventsModule } from './platform/events/index.js';
import { FaultsModule } from './platform/faults/index.js';
import { DegradationsModule } from './platform/health/degradations.module.js';
import { HealthModule } from './platform/health/health.module.js';
import { HttpModule } from './platform/http/index.js';
import { IdempotencyModule } from './platform/idempotency/index.js';
import { KafkaModule } from './platform/kafka/index.js';
import { MetricsModule } from './platform/metrics/index.js';
import { WebhooksModule } from './platform/webhooks/index.js';
import { OutgoingWebhooksModule } from './platform/webhooks/outgoing/outgoing-webhooks.module.js';
import { WorkersModule } from './platform/workers/workers.module.js';
import { VerifyModule } from './verify/index.js';

const platform = [
  AuthModule,
  CacheModule,
  DegradationsModule,
  EventsModule,
  FaultsModule,
  HealthModule,
  HttpModule,
  IdempotencyModule,
  KafkaModule,
  MetricsModule,
  WebhooksModule,
  WorkersModule,
];

const rooms = [InventoryModule, CartsModule, OrdersModule, PaymentsModule, DeliveriesModule];

/** The map of the house: what all stand on, the five features, who else is told of them, and the proof that they agree. */
@Module({ imports: [...platform, ...rooms, OutgoingWebhooksModule, VerifyModule] })
export class AppModule {
  static forRoot(config: Config): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.forRoot(config), DatabaseModule.forRoot(migrations)] };
  }
}
