import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CartsModule } from '../carts/index.js';
import { DeliveriesModule } from '../deliveries/index.js';
import { InventoryModule } from '../inventory/index.js';
import { PaymentsModule } from '../payments/index.js';
import { CancellationService } from './cancellation.service.js';
import { CheckoutController } from './checkout.controller.js';
import { CheckoutService } from './checkout.service.js';
import { ExpiryService } from './expiry.service.js';
import { OrderAnswers } from './order-answers.service.js';
import { OrderEventsController } from './order-events.controller.js';
import { OrderEvents } from './order-events.service.js';
import { OrderLine } from './order-line.entity.js';
import { OrderListsRepository } from './order-lists.repository.js';
import { OrderLookup } from './order-lookup.service.js';
import { OrderReader } from './order-reader.service.js';
import { OrderReadsController } from './order-reads.controller.js';
import { Order } from './order.entity.js';
import { OrdersController } from './orders.controller.js';
import { OrderJournal } from './orders.journal.js';
import { OrdersListener } from './orders.listener.js';
import { OrdersRepository } from './orders.repository.js';
import { OrdersSweeper } from './orders.sweeper.js';
import { PaymentAttempts } from './payment-attempts.service.js';
import { PlacementService } from './placement.service.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';
import { SettlementService } from './settlement.service.js';
import { TimelineRepository } from './timeline.repository.js';
import { Warehouse } from './warehouse.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Order, OrderLine]),
    CartsModule,
    InventoryModule,
    PaymentsModule,
    DeliveriesModule,
  ],
  controllers: [
    OrdersController,
    OrderReadsController,
    OrderEventsController,
    CheckoutController,
    ReportsController,
    OrdersListener,
  ],
  providers: [
    OrdersRepository,
    OrderListsRepository,
    TimelineRepository,
    ReportsRepository,
    OrderJournal,
    OrderAnswers,
    Warehouse,
    CheckoutService,
    PlacementService,
    PaymentAttempts,
    SettlementService,
    CancellationService,
    ExpiryService,
    OrdersSweeper,
    OrderReader,
    OrderEvents,
    OrderLookup,
    ReportsService,
  ],
})
export class OrdersModule {}
