import { Controller } from '@nestjs/common';
import type { EventType } from '../platform/events/catalogue.js';
import type { DomainEvent } from '../platform/events/domain-event.js';
import { Consumer, OnEvent } from '../platform/events/on-event.decorator.js';
import { SettlementService } from './settlement.service.js';

/** Every handler recomputes, so it does not matter which event came first, twice or late. The key of both topics is the order. */
@Consumer('orders')
@Controller()
export class OrdersListener {
  constructor(private readonly settlement: SettlementService) {}

  @OnEvent('payment.requires_action')
  onActionRequired(event: DomainEvent<'payment.requires_action'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.pending')
  onPending(event: DomainEvent<'payment.pending'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.outcome_unknown')
  onOutcomeUnknown(event: DomainEvent<'payment.outcome_unknown'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.authorized')
  onAuthorized(event: DomainEvent<'payment.authorized'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.captured')
  onCaptured(event: DomainEvent<'payment.captured'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.failed')
  onFailed(event: DomainEvent<'payment.failed'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.transaction_failed')
  onTransactionFailed(event: DomainEvent<'payment.transaction_failed'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.voided')
  onVoided(event: DomainEvent<'payment.voided'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.expired')
  onExpired(event: DomainEvent<'payment.expired'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.refunded')
  onRefunded(event: DomainEvent<'payment.refunded'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.charged_back')
  onChargedBack(event: DomainEvent<'payment.charged_back'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('payment.chargeback_reversed')
  onChargebackReversed(event: DomainEvent<'payment.chargeback_reversed'>): Promise<void> {
    return this.settle(event);
  }

  @OnEvent('delivery.shipped')
  onShipped(event: DomainEvent<'delivery.shipped'>): Promise<void> {
    return this.follow(event);
  }

  @OnEvent('delivery.tracked')
  onTracked(event: DomainEvent<'delivery.tracked'>): Promise<void> {
    return this.follow(event);
  }

  @OnEvent('delivery.delivered')
  onDelivered(event: DomainEvent<'delivery.delivered'>): Promise<void> {
    return this.follow(event);
  }

  @OnEvent('delivery.returned')
  onReturned(event: DomainEvent<'delivery.returned'>): Promise<void> {
    return this.follow(event);
  }

  @OnEvent('delivery.lost')
  onLost(event: DomainEvent<'delivery.lost'>): Promise<void> {
    return this.follow(event);
  }

  @OnEvent('delivery.canceled')
  onCanceled(event: DomainEvent<'delivery.canceled'>): Promise<void> {
    return this.follow(event);
  }

  private settle(event: DomainEvent<EventType>): Promise<void> {
    return this.settlement.settle(event.key);
  }

  private follow(event: DomainEvent<EventType>): Promise<void> {
    return this.settlement.followDeliveries(event.key);
  }
}
