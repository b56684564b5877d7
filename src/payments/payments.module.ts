import './payments.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG } from '../platform/config/config.js';
import { WebhookSignatures } from '../platform/webhooks/index.js';
import { ChargingService } from './charging.service.js';
import { KeepOnlyService } from './keep-only.service.js';
import { OrderMoneyReader } from './order-money.reader.js';
import { OrderMoneyRepository } from './order-money.repository.js';
import { PaymentBooks } from './payment-books.service.js';
import { PaymentCommands } from './payment-commands.service.js';
import { Payment } from './payment.entity.js';
import { PaymentLeasesRepository } from './payment-leases.repository.js';
import { PaymentReader } from './payment-reader.service.js';
import { PaymentRecovery } from './payment-recovery.service.js';
import { PaymentTransaction } from './payment-transaction.entity.js';
import { PaymentWebhooksController } from './payment-webhooks.controller.js';
import { PaymentWebhooks } from './payment-webhooks.service.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsReconciler } from './payments.reconciler.js';
import { PaymentsRepository } from './payments.repository.js';
import { PaymentsService } from './payments.service.js';
import { PaymentsSettler } from './payments.settler.js';
import { ProviderCalls } from './provider-calls.js';
import { makeProviders, PROVIDERS } from './providers/index.js';
import { RecordingService } from './recording.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Payment, PaymentTransaction])],
  controllers: [PaymentsController, PaymentWebhooksController],
  providers: [
    { provide: PROVIDERS, useFactory: makeProviders, inject: [CONFIG, WebhookSignatures] },
    PaymentsRepository,
    PaymentLeasesRepository,
    OrderMoneyRepository,
    OrderMoneyReader,
    PaymentBooks,
    ProviderCalls,
    ChargingService,
    RecordingService,
    KeepOnlyService,
    PaymentsService,
    PaymentCommands,
    PaymentRecovery,
    PaymentReader,
    PaymentWebhooks,
    PaymentsSettler,
    PaymentsReconciler,
  ],
  exports: [PaymentsService],
})
export class PaymentsModule {}
