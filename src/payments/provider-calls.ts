import { Injectable } from '@nestjs/common';
import { defineCounter, defineHistogram } from '../platform/metrics/index.js';
import { PaymentBooks } from './payment-books.service.js';
import type { Errand } from './payment-leases.repository.js';
import type { LookUp, PaymentProvider, ProviderOutcome, ProviderRequest } from './providers/provider.js';

const calls = defineCounter(
  'payment_provider_calls_total',
  'calls of payment providers by what they answered',
  ['provider', 'operation', 'result'],
);
const seconds = defineHistogram(
  'payment_provider_call_seconds',
  'how long payment providers take to answer',
  ['provider', 'operation'],
);

/** The calls themselves, counted and timed. */
@Injectable()
export class ProviderCalls {
  constructor(private readonly books: PaymentBooks) {}

  /** Has the provider act, under the transaction's own id as key. */
  send(errand: Errand, signal: AbortSignal): Promise<ProviderOutcome> {
    const { paymentId: reference, transactionId: key, amountMinor, currency } = errand;
    const request = { reference, key, amountMinor, currency, signal };
    const provider = this.books.provider(errand.provider);
    switch (errand.kind) {
      case 'authorization':
        return counted(provider, 'pay', () =>
          provider.pay({
            ...request,
            instrument: errand.instrument ?? undefined,
            returnUrl: errand.returnUrl ?? undefined,
          }),
        );
      case 'capture':
      case 'void':
      case 'refund':
        return this.change(provider, errand.kind, request);
      case 'chargeback':
      case 'chargeback_reversal':
        throw new Error(`a ${errand.kind} is the provider's to start`);
    }
  }

  lookUp(
    { provider, paymentId }: Pick<Errand, 'provider' | 'paymentId'>,
    signal: AbortSignal,
  ): Promise<LookUp> {
    const asked = this.books.provider(provider);
    return counted(asked, 'lookUp', () => asked.lookUp({ reference: paymentId, signal }));
  }

  private change(
    provider: PaymentProvider,
    operation: 'capture' | 'void' | 'refund',
    request: ProviderRequest,
  ): Promise<ProviderOutcome> {
    return counted(provider, operation, () => provider[operation](request));
  }
}

async function counted<T extends { result: string }>(
  provider: PaymentProvider,
  operation: string,
  call: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const answer = await call();
  calls.inc({ provider: provider.name, operation, result: answer.result });
  seconds.observe({ provider: provider.name, operation }, (performance.now() - start) / 1000);
  return answer;
}
