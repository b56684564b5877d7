import type { IncomingHttpHeaders } from 'node:http';
import type { TransactionKind, TransactionState } from '../payment-status.js';

/** What a provider says of one transaction. */
export interface ProviderFact {
  kind: TransactionKind;
  state: Exclude<TransactionState, 'unknown'>;
  /** In minor units of `currency`: what the provider did, which may differ from what was asked. */
  amountMinor: number;
  currency: string;
  /** The provider's id of the transaction, unique for ever. */
  providerRef?: string;
  /** Our transaction's id where the provider has it from us; absent for what we never started. */
  transactionId?: string;
  /** Why it failed, or `expired` for an authorization that lapsed. */
  reason?: string;
  /** Where the shopper acts, with `requires_action`. */
  actionUrl?: string;
  /** The provider's time of this state; of two facts the newer one counts. */
  occurredAt?: Date;
}

export type ProviderResult = 'succeeded' | 'failed' | 'pending' | 'unknown' | 'requires_action';

/** The answer to one call. A call that may or may not have acted is `unknown`, never an exception. */
export interface ProviderOutcome {
  result: ProviderResult;
  facts: ProviderFact[];
  /** Kebab-case, for people and metrics. */
  reason?: string;
}

/** `not-found` is no outcome of a payment: a call may still be on its way to the provider. */
export interface LookUp {
  result: 'found' | 'not-found' | 'unknown';
  facts: ProviderFact[];
  reason?: string;
}

export interface ProviderRequest {
  /** Our payment's id: the merchant reference that `lookUp` and `void` go by. */
  reference: string;
  /** Our transaction's id: the provider's idempotency key. */
  key: string;
  amountMinor: number;
  currency: string;
  /** Ends the call; the provider then answers `unknown`. */
  signal: AbortSignal;
}

export interface PayRequest extends ProviderRequest {
  instrument?: string;
  returnUrl?: string;
}

export interface ProviderNews {
  /** The provider's id of the event; each takes effect once. */
  eventId: string;
  reference: string;
  facts: ProviderFact[];
}

/** What a payment provider must be able to do; see docs/how-to/add-a-payment-provider.md. */
export interface PaymentProvider {
  readonly name: string;
  /** Whether it is reached over the network; if not, it answers at once and never `unknown`, and is asked inside the transaction. */
  readonly isRemote: boolean;
  /** Authorizes, and captures at once where that is the instrument's way. */
  pay(request: PayRequest): Promise<ProviderOutcome>;
  capture(request: ProviderRequest): Promise<ProviderOutcome>;
  /** Releases what is not captured and closes the reference: a `pay` that arrives later is refused. */
  void(request: ProviderRequest): Promise<ProviderOutcome>;
  refund(request: ProviderRequest): Promise<ProviderOutcome>;
  /** All transactions of the payment, whoever started them. */
  lookUp(request: Pick<ProviderRequest, 'reference' | 'signal'>): Promise<LookUp>;
  /** Proves the signature over the raw body and reads it; throws DomainError `signature-invalid`. Absent where the provider calls nobody. */
  readWebhook?(headers: IncomingHttpHeaders, rawBody: Buffer): ProviderNews;
}
