import { randomUUID } from 'node:crypto';
import { PaymentsRoom } from '../support/payments-room.js';

const runs = 5;

/** What each fault of paying comes to: the money once, or none. */
const faults = [
  { token: 'tok_approve', capturedMinor: 5000 },
  { token: 'tok_decline', capturedMinor: 0 },
  { token: 'tok_429', capturedMinor: 5000 },
  { token: 'tok_fail_before', capturedMinor: 5000 },
  { token: 'tok_fail_after', capturedMinor: 5000 },
  { token: 'tok_timeout_before', capturedMinor: 5000 },
  { token: 'tok_timeout_after', capturedMinor: 5000 },
  { token: 'tok_timeout_before_x3', capturedMinor: 5000 },
  { token: 'tok_reset', capturedMinor: 5000 },
  { token: 'tok_reset_after', capturedMinor: 5000 },
  { token: 'tok_slow', capturedMinor: 5000 },
  { token: 'tok_amount_changed', capturedMinor: 4500 },
  { token: 'tok_key_used', capturedMinor: 5000 },
  { token: 'tok_key_taken', capturedMinor: 0 },
  { token: 'tok_pending', capturedMinor: 5000 },
  { token: 'tok_pending_decline', capturedMinor: 0 },
];

describe('faults of a payment provider', () => {
  let room: PaymentsRoom;

  beforeAll(async () => {
    room = await PaymentsRoom.open();
    // Slower than the caller waits, so that the effect comes after he has given up.
    await room.sandbox('PUT', '/control', { slowMs: 900, pendingMs: 300, webhooks: 'lost' });
  }, 60_000);

  afterAll(() => room.shop.close());

  it.each(faults)(
    '$token ends in $capturedMinor captured, there as here, without a webhook',
    async ({ token, capturedMinor }) => {
      await Promise.all(
        Array.from({ length: runs }, async () => {
          const orderId = randomUUID();
          await room.pay(token, { orderId });
          const [payment] = await room.settled(orderId);
          expect(payment).toMatchObject({ capturedMinor, hasUnknown: false, isUnderWay: false });
          const captures = (await room.entries(payment?.id ?? '')).filter(
            (entry) => entry.kind === 'capture',
          );
          expect(captures).toHaveLength(capturedMinor > 0 ? 1 : 0);
        }),
      );
    },
    60_000,
  );

  it('answers unknown within the time of one try, and says so in the balance', async () => {
    const orderId = randomUUID();
    const { transactionId } = await room.open({ orderId, instrument: 'tok_timeout_before_x5' });
    const start = Date.now();
    const outcome = await room.door.call(transactionId);
    expect(Date.now() - start).toBeLessThan(8000);
    expect(outcome).toMatchObject({ result: 'unknown', reason: 'timeout' });
    await room.inTransaction(() => room.door.record(transactionId, outcome));
    expect(await room.balance(orderId)).toMatchObject({
      status: 'pending',
      hasUnknown: true,
      isUnderWay: true,
    });
    await room.settled(orderId);
  });

  it('voids by reference what nobody wants any more, and the late arrival is refused', async () => {
    const orderId = randomUUID();
    const payment = await room.pay('tok_timeout_before_x9', { orderId });
    await room.keepOnly(orderId, 0);
    const [ended] = await room.settled(orderId);
    expect(ended).toMatchObject({ status: 'voided', capturedMinor: 0 });
    const body = { reference: payment.id, amountMinor: 5000, currency: 'GBP', instrument: 'tok_approve' };
    await room.sandbox('POST', '/psp/payments', body, { 'idempotency-key': randomUUID() });
    expect((await room.entries(payment.id)).filter(({ kind }) => kind === 'capture')).toEqual([]);
  });

  it('gives back what was captured although the order had ended while the provider worked', async () => {
    const orderId = randomUUID();
    const { transactionId } = await room.open({ orderId, instrument: 'tok_timeout_after' });
    const [outcome] = await Promise.all([room.door.call(transactionId), room.keepOnly(orderId, 0)]);
    await room.inTransaction(() => room.door.record(transactionId, outcome));
    const [payment] = await room.until(
      () => room.read(orderId),
      ([each]) => each?.status === 'refunded' || each?.status === 'failed',
    );
    expect(payment?.refundedMinor).toBe(payment?.capturedMinor);
  });

  it.each(['refund_timeout_after', 'refund_fail_before', 'refund_reset_after', 'refund_pending'])(
    'refunds once through %s',
    async (twist) => {
      const orderId = randomUUID();
      await room.pay(`tok_approve+${twist}`, { orderId });
      await room.keepOnly(orderId, 3000);
      const [payment] = await room.until(
        () => room.read(orderId),
        ([each]) => each?.refundedMinor === 2000,
      );
      const refunds = (await room.entries(payment?.id ?? '')).filter(({ kind }) => kind === 'refund');
      expect(refunds).toEqual([expect.objectContaining({ state: 'succeeded', amountMinor: 2000 })]);
    },
  );

  it('never asks again later than 23 hours after the first time, and calls for a person', async () => {
    const orderId = randomUUID();
    const payment = await room.pay('tok_timeout_before_x9', { orderId });
    await room.shop.database.query(
      "update payments.payment_transaction set sent_at = now() - interval '24 hours' where payment_id = $1",
      [payment.id],
    );
    const { rows } = await room.until(
      () =>
        room.shop.database.query<{ needs_person: boolean }>(
          'select needs_person from payments.payment_transaction where payment_id = $1',
          [payment.id],
        ),
      (result) => result.rows.every((row) => row.needs_person),
    );
    expect(rows).toHaveLength(1);
    expect(await room.entries(payment.id)).toEqual([]);
    await room.shop.database.query(
      'update payments.payment_transaction set sent_at = now() where payment_id = $1',
      [payment.id],
    );
  });

  it('breaks none of its invariants', async () => {
    expect(await room.violations()).toEqual([]);
  });
});
