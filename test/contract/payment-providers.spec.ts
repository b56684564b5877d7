import { randomUUID } from 'node:crypto';
import { PROVIDERS, type Providers, providerNames } from '../../src/payments/providers/index.js';
import type {
  PaymentProvider,
  ProviderOutcome,
  ProviderRequest,
} from '../../src/payments/providers/provider.js';
import { PaymentsRoom } from '../support/payments-room.js';

/** An instrument of each provider that authorizes and does not capture. */
const authorizing: Record<(typeof providerNames)[number], string | undefined> = {
  invoice: undefined,
  sandbox: 'tok_authorize',
};

/** Those that are called over a network. */
const remoteNames = providerNames.filter((name) => authorizing[name] !== undefined);

let room: PaymentsRoom;
let provider: PaymentProvider;

beforeAll(async () => {
  room = await PaymentsRoom.open();
}, 60_000);

afterAll(() => room.shop.close());

function use(name: string): void {
  const found = room.shop.app.get<Providers>(PROVIDERS, { strict: false }).get(name);
  if (!found) throw new Error(`${name} is not in the register`);
  provider = found;
}

const request = (of: Partial<ProviderRequest> = {}): ProviderRequest => ({
  reference: randomUUID(),
  key: randomUUID(),
  amountMinor: 5000,
  currency: 'GBP',
  signal: AbortSignal.timeout(5000),
  ...of,
});

const pay = (of: ProviderRequest): Promise<ProviderOutcome> =>
  provider.pay({
    ...of,
    instrument: new Map<string, string | undefined>(Object.entries(authorizing)).get(provider.name),
  });

async function authorized(): Promise<string> {
  const asked = request();
  await pay(asked);
  return asked.reference;
}

describe.each(providerNames)('the provider %s', (name) => {
  beforeAll(() => use(name));

  it('authorizes under our key and says what it did, in our currency', async () => {
    const asked = request();
    const outcome = await pay(asked);
    expect(outcome.result).toBe('succeeded');
    expect(outcome.facts).toContainEqual(
      expect.objectContaining({
        kind: 'authorization',
        state: 'succeeded',
        amountMinor: 5000,
        currency: 'GBP',
        transactionId: asked.key,
      }),
    );
  });

  it('captures in part, and refunds of it', async () => {
    const reference = await authorized();
    const capture = request({ reference, amountMinor: 2000 });
    expect(await provider.capture(capture)).toMatchObject({ result: 'succeeded' });
    const refund = request({ reference, amountMinor: 500 });
    const outcome = await provider.refund(refund);
    expect(outcome.result).toBe('succeeded');
    expect(outcome.facts).toContainEqual(
      expect.objectContaining({ kind: 'refund', amountMinor: 500, transactionId: refund.key }),
    );
  });

  it('voids by our reference', async () => {
    const reference = await authorized();
    expect(await provider.void(request({ reference }))).toMatchObject({ result: 'succeeded' });
  });

  it('acts once under one key', async () => {
    const asked = request();
    const [first, again] = [await pay(asked), await pay(asked)];
    expect(again.result).toBe(first.result);
    expect(again.facts.map((fact) => fact.providerRef)).toEqual(first.facts.map((fact) => fact.providerRef));
  });

  it('says so of what it never heard of', async () => {
    expect(await provider.lookUp(request())).toMatchObject({ result: 'not-found', facts: [] });
  });
});

describe.each(remoteNames)('the provider %s over the network', (name) => {
  beforeAll(() => use(name));

  it('finds what it did by our reference', async () => {
    const asked = request();
    await pay(asked);
    const found = await provider.lookUp(asked);
    expect(found.result).toBe('found');
    expect(found.facts).toContainEqual(
      expect.objectContaining({ kind: 'authorization', transactionId: asked.key }),
    );
  });

  it('refuses a payment that comes after its reference was voided', async () => {
    const asked = request();
    expect(await provider.void(request({ reference: asked.reference }))).toMatchObject({
      result: 'succeeded',
    });
    expect(await pay(asked)).toMatchObject({ result: 'failed' });
  });

  it('answers unknown, and throws nothing, when the call is cut off', async () => {
    const asked = request({ signal: AbortSignal.abort(new DOMException('cut off', 'TimeoutError')) });
    expect(await pay(asked)).toMatchObject({ result: 'unknown', facts: [] });
    expect(await provider.lookUp(asked)).toMatchObject({ result: 'unknown' });
  });

  it('believes no webhook without a signature', () => {
    expect(() => provider.readWebhook?.({}, Buffer.from('{}'))).toThrow('signature');
  });
});
