import type { LookUp, PaymentProvider, ProviderFact, ProviderOutcome, ProviderRequest } from './provider.js';

/** Money comes later, by a bank or at the door: it authorizes at once, and a person records the capture. */
export class InvoiceProvider implements PaymentProvider {
  readonly name = 'invoice';
  readonly isRemote = false;

  pay(request: ProviderRequest): Promise<ProviderOutcome> {
    return written('authorization', request);
  }

  capture(request: ProviderRequest): Promise<ProviderOutcome> {
    return written('capture', request);
  }

  void(request: ProviderRequest): Promise<ProviderOutcome> {
    return written('void', request);
  }

  refund(request: ProviderRequest): Promise<ProviderOutcome> {
    return written('refund', request);
  }

  /** There are no other books than ours. */
  async lookUp(): Promise<LookUp> {
    return { result: 'not-found', facts: [] };
  }
}

async function written(
  kind: ProviderFact['kind'],
  { key, amountMinor, currency }: ProviderRequest,
): Promise<ProviderOutcome> {
  return {
    result: 'succeeded',
    facts: [{ kind, state: 'succeeded', amountMinor, currency, transactionId: key }],
  };
}
