import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { DomainError } from '../../platform/errors/domain-error.js';
import type { WebhookSignatures } from '../../platform/webhooks/index.js';
import { transactionKinds } from '../payment-status.js';
import type {
  LookUp,
  PaymentProvider,
  PayRequest,
  ProviderFact,
  ProviderNews,
  ProviderOutcome,
  ProviderRequest,
} from './provider.js';
import type { SandboxAnswer, SandboxGateway } from './sandbox.gateway.js';

const entry = z.object({
  ref: z.string().min(1),
  kind: z.enum(transactionKinds),
  state: z.enum(['pending', 'requires_action', 'succeeded', 'failed']),
  amountMinor: z.int().nonnegative(),
  currency: z.string().length(3),
  clientReference: z.string().nullable(),
  reason: z.string().nullable(),
  actionUrl: z.url().optional(),
  updatedAt: z.coerce.date(),
});
const books = z.object({ transactions: z.array(entry) });
const news = z.object({ reference: z.uuid(), transaction: entry });

/** Reaches the counterpart in src/sandbox, a provider for trials and tests that keeps books of its own. */
export class SandboxProvider implements PaymentProvider {
  readonly name = 'sandbox';
  readonly isRemote = true;

  constructor(
    private readonly gateway: SandboxGateway,
    private readonly signatures: WebhookSignatures,
    private readonly secrets: string[],
  ) {}

  async pay(request: PayRequest): Promise<ProviderOutcome> {
    const { reference, amountMinor, currency, instrument, returnUrl } = request;
    return outcomeOf(
      await this.gateway.post(
        '/psp/payments',
        { reference, amountMinor, currency, instrument, returnUrl },
        request,
      ),
      request.key,
    );
  }

  capture(request: ProviderRequest): Promise<ProviderOutcome> {
    return this.change('captures', request);
  }

  void(request: ProviderRequest): Promise<ProviderOutcome> {
    return this.change('voids', request);
  }

  refund(request: ProviderRequest): Promise<ProviderOutcome> {
    return this.change('refunds', request);
  }

  async lookUp({ reference, signal }: Pick<ProviderRequest, 'reference' | 'signal'>): Promise<LookUp> {
    const answer = await this.gateway.get(`/psp/payments/by-reference/${reference}`, signal);
    if (answer.status === 404) return { result: 'not-found', facts: [] };
    const facts = answer.status === 200 ? factsOf(answer.body) : undefined;
    return facts ? { result: 'found', facts } : { result: 'unknown', facts: [], reason: answer.code };
  }

  readWebhook(headers: IncomingHttpHeaders, rawBody: Buffer): ProviderNews {
    const { id: eventId } = this.signatures.verify({ headers, body: rawBody, secrets: this.secrets });
    const parsed = news.safeParse(parseJson(rawBody));
    if (!parsed.success)
      throw new DomainError('malformed', 'webhook-malformed', 'the webhook is not as documented');
    const { reference, transaction } = parsed.data;
    return { eventId, reference, facts: [factOf(transaction)] };
  }

  private async change(
    operation: 'captures' | 'voids' | 'refunds',
    request: ProviderRequest,
  ): Promise<ProviderOutcome> {
    const { reference, amountMinor, currency } = request;
    return outcomeOf(
      await this.gateway.post(`/psp/payments/${reference}/${operation}`, { amountMinor, currency }, request),
      request.key,
    );
  }
}

/** Refusals that say that the call can never act; after any other failure it may have acted. */
const refusals: readonly number[] = [400, 404, 422];

function outcomeOf(answer: SandboxAnswer, key: string): ProviderOutcome {
  if (refusals.includes(answer.status)) return { result: 'failed', facts: [], reason: answer.code };
  const facts = answer.status === 200 ? factsOf(answer.body) : undefined;
  const own = facts?.find((fact) => fact.transactionId === key);
  if (!facts || !own) return { result: 'unknown', facts: [], reason: answer.code };
  return { result: own.state, facts, reason: own.reason };
}

function factsOf(body: unknown): ProviderFact[] | undefined {
  return books.safeParse(body).data?.transactions.map(factOf);
}

function factOf(transaction: z.output<typeof entry>): ProviderFact {
  const { ref, kind, state, amountMinor, currency, clientReference, reason, actionUrl, updatedAt } =
    transaction;
  const fact: ProviderFact = {
    kind,
    state,
    amountMinor,
    currency,
    providerRef: ref,
    actionUrl,
    occurredAt: updatedAt,
  };
  return { ...fact, transactionId: clientReference ?? undefined, reason: reason ?? undefined };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new DomainError('malformed', 'webhook-malformed', 'the body is not JSON');
  }
}
