import { z } from 'zod';
import { type Route, type SandboxAnswer, SandboxRefusal, type SandboxRequest } from '../sandbox-routes.js';
import type { Counterpart, SandboxContext } from '../sandbox-server.js';
import { readInstrument } from './instrument.js';
import { capture, pay, refund, release } from './psp-acts.js';
import { PspDesk } from './psp-desk.js';
import { PspAccount } from './psp-ledger.js';

const minor = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const payBody = z.object({
  reference: z.string().min(1).max(100),
  amountMinor: minor,
  currency: z.string().length(3),
  instrument: z.string().max(200).default('tok_approve'),
  returnUrl: z.string().max(2000).optional(),
});
const changeBody = z.object({ amountMinor: minor });
const voidBody = z.object({ currency: z.string().length(3).optional() });
const actionBody = z.object({ outcome: z.enum(['complete', 'refuse']) });
const chargebackBody = changeBody.extend({ isReversal: z.boolean().default(false) });

/** A payment provider that keeps its own books and behaves as the card token says. */
export function openPsp(context: SandboxContext): Counterpart {
  const psp = new Psp(context, new PspDesk(context));
  return { routes: psp.routes(), tick: () => psp.desk.settleDue() };
}

class Psp {
  constructor(
    private readonly context: SandboxContext,
    readonly desk: PspDesk,
  ) {}

  routes(): Route[] {
    const { desk } = this;
    const post = (path: RegExp, answer: Route['answer']): Route => ({ method: 'POST', path, answer });
    return [
      post(/^\/psp\/payments$/, (request) => this.pay(request)),
      post(/^\/psp\/payments\/([^/]+)\/captures$/, (request) => this.change('capture', request)),
      post(/^\/psp\/payments\/([^/]+)\/refunds$/, (request) => this.change('refund', request)),
      post(/^\/psp\/payments\/([^/]+)\/voids$/, (request) => this.void(request)),
      post(/^\/psp\/payments\/([^/]+)\/chargebacks$/, (request) => this.chargeBack(request)),
      post(/^\/psp\/payments\/([^/]+)\/expiry$/, (request) =>
        desk.simulate(referenceOf(request), (account) => release(account, {}, 'expired')),
      ),
      post(/^\/psp\/actions\/([^/]+)$/, (request) =>
        desk.completeAction(referenceOf(request), read(actionBody, request.body).outcome === 'complete'),
      ),
      {
        method: 'GET',
        path: /^\/psp\/payments\/by-reference\/([^/]+)$/,
        answer: (request) => desk.lookUp(referenceOf(request)),
      },
      { method: 'GET', path: /^\/control$/, answer: async () => answered(await desk.controls.read()) },
      {
        method: 'PUT',
        path: /^\/control$/,
        answer: async ({ body }) => answered(await desk.controls.replace(body)),
      },
    ];
  }

  private async pay(request: SandboxRequest): Promise<SandboxAnswer> {
    const content = read(payBody, request.body);
    const key = keyOf(request);
    if (!key) throw new SandboxRefusal(400, 'key-missing');
    const instrument = readInstrument(content.instrument);
    return this.desk.perform({
      operation: 'pay',
      key,
      content,
      instrument,
      claim: (connection) => PspAccount.claim(connection, content),
      act: (account, { pendingMs }) => pay(account, instrument.effect, { ...content, key, pendingMs }),
    });
  }

  private async change(operation: 'capture' | 'refund', request: SandboxRequest): Promise<SandboxAnswer> {
    const reference = referenceOf(request);
    const { amountMinor } = read(changeBody, request.body);
    const act = operation === 'capture' ? capture : refund;
    return this.desk.perform({
      operation,
      key: keyOf(request),
      content: { operation, reference, amountMinor },
      instrument: await this.instrumentOf(reference),
      claim: (connection) => PspAccount.lock(connection, reference),
      act: (account, change) => act(account, { ...change, amountMinor }),
    });
  }

  /** Also of a payment that was never heard of: it then cannot come any more. */
  private async void(request: SandboxRequest): Promise<SandboxAnswer> {
    const reference = referenceOf(request);
    const { currency } = read(voidBody, request.body);
    return this.desk.perform({
      operation: 'void',
      key: keyOf(request),
      content: { operation: 'void', reference },
      instrument: await this.instrumentOf(reference),
      claim: (connection) => PspAccount.claim(connection, { reference, currency }),
      act: (account, change) => release(account, change),
    });
  }

  private async chargeBack(request: SandboxRequest): Promise<SandboxAnswer> {
    const { amountMinor, isReversal } = read(chargebackBody, request.body);
    const kind = isReversal ? 'chargeback_reversal' : 'chargeback';
    return this.desk.simulate(referenceOf(request), (account) =>
      account.write({ kind, state: 'succeeded', amountMinor }),
    );
  }

  private async instrumentOf(reference: string): Promise<ReturnType<typeof readInstrument>> {
    const [known] = await this.context.database.rows<{ instrument: string | null }>(
      'select instrument from sandbox.psp_payment where reference = $1',
      [reference],
    );
    return readInstrument(known?.instrument ?? 'tok_approve');
  }
}

const answered = (body: unknown): SandboxAnswer => ({ status: 200, body });

const referenceOf = (request: SandboxRequest): string => request.parameters[0] ?? '';

function keyOf(request: SandboxRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' ? key : undefined;
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new SandboxRefusal(400, 'malformed');
  return parsed.data;
}
