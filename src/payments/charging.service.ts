import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Transaction } from '../platform/database/transaction.js';
import { failPoint } from '../platform/faults/fail-point.js';
import { OrderMoneyReader } from './order-money.reader.js';
import { PaymentLeasesRepository, Errand } from './payment-leases.repository.js';
import { ProviderCalls } from './provider-calls.js';
import type { ProviderOutcome } from './providers/provider.js';

/** What a call brought, and what follows from it beside the provider's word. */
export interface ChargeOutcome extends ProviderOutcome {
  /** `nothing`: another holds the lease or the outcome is known; `void`: nobody wants it any more; `person`: too late to ask again. */
  follow?: 'nothing' | 'void' | 'person';
}

const nothingNew: ChargeOutcome = { result: 'unknown', facts: [], follow: 'nothing' };

/** Calls providers for transactions that have no outcome, one caller at a time. */
@Injectable()
export class ChargingService {
  constructor(
    private readonly transaction: Transaction,
    private readonly leases: PaymentLeasesRepository,
    private readonly calls: ProviderCalls,
    private readonly money: OrderMoneyReader,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * One try, outside any transaction, of at most PAYMENT_TIMEOUT_MS. The first asks the provider to act; a later one looks up what
   * became of it, and asks again under the same key only where nothing is found.
   */
  async call(transactionId: string): Promise<ChargeOutcome> {
    this.transaction.refuseInside('a call of a payment provider');
    const errand = await this.leases.take(transactionId);
    if (!errand) return nothingNew;
    const isUnwanted = await this.isUnwanted(errand);
    if (errand.isFirst && isUnwanted) return { result: 'failed', facts: [], reason: 'no-longer-wanted' };
    await failPoint('before-provider');
    const signal = AbortSignal.timeout(this.config.PAYMENT_TIMEOUT_MS);
    const outcome = errand.isFirst
      ? await this.calls.send(errand, signal)
      : await this.settle(errand, isUnwanted, signal);
    await failPoint('after-provider-before-record');
    return outcome;
  }

  private async settle(errand: Errand, isUnwanted: boolean, signal: AbortSignal): Promise<ChargeOutcome> {
    const found = await this.calls.lookUp(errand, signal);
    if (found.result === 'unknown') return { ...found, result: this.standing(errand) };
    const own = found.facts.find((fact) => this.isAbout(errand, fact));
    if (own) {
      const isWaitingForNobody = own.state === 'requires_action' && isUnwanted;
      return {
        result: own.state,
        facts: found.facts,
        reason: own.reason,
        follow: isWaitingForNobody ? 'void' : undefined,
      };
    }
    if (isUnwanted) return { result: 'unknown', facts: found.facts, reason: 'not-found', follow: 'void' };
    if (errand.isTooLateToSend)
      return { result: 'unknown', facts: found.facts, reason: 'not-found', follow: 'person' };
    return this.sendAgain(errand, signal);
  }

  /** A key that belongs to something else can never act for us: the payment is closed by its reference, any other transaction has failed. */
  private async sendAgain(errand: Errand, signal: AbortSignal): Promise<ChargeOutcome> {
    const outcome = await this.calls.send(errand, signal);
    if (outcome.result !== 'unknown' || outcome.reason !== 'key-already-used') return outcome;
    return errand.kind === 'authorization'
      ? { ...outcome, follow: 'void' }
      : { ...outcome, result: 'failed' };
  }

  /** A look-up that fails takes nothing from what the provider has said before. */
  private standing({ state, providerRef }: Errand): ProviderOutcome['result'] {
    return providerRef === null ? 'unknown' : state;
  }

  private isAbout(errand: Errand, fact: ProviderOutcome['facts'][number]): boolean {
    if (errand.kind === 'authorization') return fact.kind === 'authorization';
    return (
      fact.transactionId === errand.transactionId ||
      (errand.providerRef !== null && fact.providerRef === errand.providerRef)
    );
  }

  private async isUnwanted(errand: Errand): Promise<boolean> {
    if (errand.kind !== 'authorization' || (errand.isLive && !errand.isCapped)) return false;
    return !(await this.money.wants(errand.orderId, errand.paymentId));
  }
}
