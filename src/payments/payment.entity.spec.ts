import { Payment } from './payment.entity.js';
import type { ProviderFact, ProviderOutcome } from './providers/provider.js';

const now = new Date('2026-01-05T10:00:00Z');
const orderId = '01890a5d-ac96-774b-bcce-b302099a8057';

const opened = (amountMinor = 5000): Payment =>
  Payment.open({ orderId, amountMinor, currency: 'GBP', provider: 'sandbox', instrument: 'tok_x' }, now);

const fact = (of: Partial<ProviderFact>): ProviderFact => ({
  kind: 'authorization',
  state: 'succeeded',
  amountMinor: 5000,
  currency: 'GBP',
  ...of,
});

/** An authorization with its own id told, as a provider does. */
const authorized = (payment: Payment, of: Partial<ProviderFact> = {}): ProviderFact =>
  fact({ transactionId: payment.authorization.id, providerRef: 'a1', ...of });

const captured = (of: Partial<ProviderFact> = {}): ProviderFact =>
  fact({ kind: 'capture', providerRef: 'c1', ...of });

const unknown: ProviderOutcome = { result: 'unknown', facts: [], reason: 'timeout' };

const typesOf = (payment: Payment): string[] => payment.news.map((news) => news.type);

function sold(): Payment {
  const payment = opened();
  payment.record(
    payment.authorization.id,
    { result: 'succeeded', facts: [authorized(payment), captured()] },
    now,
  );
  return payment;
}

describe('a payment', () => {
  it('is opened live, with its authorization on its way', () => {
    const payment = opened();
    expect(payment).toMatchObject({ isLive: true, status: 'created', version: 1 });
    expect(payment.authorization).toMatchObject({
      kind: 'authorization',
      state: 'pending',
      amountMinor: 5000,
    });
    expect(typesOf(payment)).toEqual(['payment.created']);
  });

  it('holds authorization and capture after a sale, a version and an event for each', () => {
    const payment = sold();
    expect(payment).toMatchObject({ status: 'captured', isLive: false, version: 3 });
    expect(payment.sums).toMatchObject({ openMinor: 0, capturedMinor: 5000, refundableMinor: 5000 });
    expect(typesOf(payment)).toEqual(['payment.created', 'payment.authorized', 'payment.captured']);
    expect(payment.news.map(({ snapshot }) => snapshot.version)).toEqual([1, 2, 3]);
  });

  it('changes nothing and tells nobody when the same outcome is recorded again', () => {
    const payment = sold();
    payment.record(
      payment.authorization.id,
      { result: 'succeeded', facts: [authorized(payment), captured()] },
      now,
    );
    payment.record(payment.authorization.id, unknown, now);
    expect(payment.version).toBe(3);
    expect(payment.transactions).toHaveLength(2);
  });

  it('comes to the same sums when the capture is told before the authorization', () => {
    const payment = opened();
    payment.learn(captured(), now);
    expect(payment.status).toBe('captured');
    payment.learn(authorized(payment), now);
    expect(payment.sums).toMatchObject({ openMinor: 0, capturedMinor: 5000, keptMinor: 5000 });
    expect(payment).toMatchObject({ status: 'captured', isLive: false });
  });

  it('is declined and no longer live', () => {
    const payment = opened();
    const facts = [authorized(payment, { state: 'failed', reason: 'card-declined' })];
    payment.record(payment.authorization.id, { result: 'failed', facts, reason: 'card-declined' }, now);
    expect(payment).toMatchObject({ status: 'failed', isLive: false });
    expect(payment.news.at(-1)?.snapshot.transaction).toMatchObject({
      state: 'failed',
      reason: 'card-declined',
    });
  });

  it('stays live and flagged while its outcome is unknown, and goes from there to where the provider stands', () => {
    const payment = opened();
    payment.record(payment.authorization.id, unknown, now);
    expect(payment).toMatchObject({ status: 'pending', hasUnknown: true, isLive: true });
    payment.learn(authorized(payment, { state: 'requires_action', actionUrl: 'https://psp.test/act' }), now);
    expect(payment.authorization.path).toEqual(['pending', 'unknown', 'pending', 'requires_action']);
    expect(typesOf(payment).slice(1)).toEqual([
      'payment.outcome_unknown',
      'payment.pending',
      'payment.requires_action',
    ]);
  });

  it('tells once that the provider has taken it up', () => {
    const payment = opened();
    const facts = [authorized(payment, { state: 'pending' })];
    payment.record(payment.authorization.id, { result: 'pending', facts }, now);
    payment.record(payment.authorization.id, { result: 'pending', facts }, now);
    expect(payment.status).toBe('pending');
    expect(typesOf(payment)).toEqual(['payment.created', 'payment.pending']);
  });

  it('counts what the provider took, not what was asked', () => {
    const payment = opened();
    const facts = [authorized(payment, { amountMinor: 4500 }), captured({ amountMinor: 4500 })];
    payment.record(payment.authorization.id, { result: 'succeeded', facts }, now);
    expect(payment.sums).toMatchObject({ capturedMinor: 4500, openMinor: 0 });
    expect(payment.amountMinor).toBe(5000);
  });

  it('passes over news that is older than what it knows', () => {
    const payment = opened();
    const later = new Date('2026-01-05T10:00:05Z');
    payment.learn(authorized(payment, { state: 'failed', occurredAt: later }), now);
    payment.learn(authorized(payment, { state: 'succeeded', occurredAt: now }), now);
    expect(payment.status).toBe('failed');
  });

  it('takes back a success when the provider does', () => {
    const payment = sold();
    payment.learn(captured({ state: 'failed', reason: 'returned' }), now);
    expect(payment.sums).toMatchObject({ capturedMinor: 0, openMinor: 5000 });
    expect(payment.status).toBe('authorized');
    expect(typesOf(payment).at(-1)).toBe('payment.transaction_failed');
  });

  it('takes up what it never started: chargeback, its reversal, a lapsed authorization', () => {
    const payment = sold();
    payment.learn(fact({ kind: 'chargeback', amountMinor: 2000, providerRef: 'cb' }), now);
    expect(payment).toMatchObject({ status: 'charged_back' });
    expect(payment.sums).toMatchObject({ chargedBackMinor: 2000, refundableMinor: 3000, keptMinor: 3000 });
    payment.learn(fact({ kind: 'chargeback_reversal', amountMinor: 2000, providerRef: 'cbr' }), now);
    expect(payment.status).toBe('captured');
    const lapsed = opened();
    lapsed.learn(authorized(lapsed), now);
    lapsed.learn(fact({ kind: 'void', providerRef: 'v', reason: 'expired' }), now);
    expect(lapsed.status).toBe('expired');
    expect(typesOf(lapsed).at(-1)).toBe('payment.expired');
  });

  it('captures, voids the rest and refunds in parts, labelled by the sums', () => {
    const payment = opened();
    payment.learn(authorized(payment), now);
    const capture = payment.start('capture', 2000, 'command', now);
    expect(payment.sums).toMatchObject({ openMinor: 5000, capturableMinor: 3000 });
    payment.record(capture.id, { result: 'succeeded', facts: [] }, now);
    expect(payment.status).toBe('partially_captured');
    const release = payment.start('void', 3000, 'command', now);
    expect(payment.sums.capturableMinor).toBe(0);
    payment.record(release.id, { result: 'succeeded', facts: [] }, now);
    expect(payment.status).toBe('captured');
    const refund = payment.start('refund', 500, 'command', now);
    expect(payment.sums.refundableMinor).toBe(1500);
    payment.record(refund.id, { result: 'succeeded', facts: [] }, now);
    expect(payment).toMatchObject({ status: 'partially_refunded' });
    expect(payment.sums.keptMinor).toBe(2000);
  });

  it('refuses facts in another currency', () => {
    expect(() => opened().learn(captured({ currency: 'EUR' }), now)).toThrow('tells EUR');
  });
});
