import { randomUUID } from 'node:crypto';
import type { PaymentView } from '../../src/payments/index.js';
import { PaymentsRoom } from '../support/payments-room.js';

describe('keeping only what an order owes', () => {
  let room: PaymentsRoom;

  beforeAll(async () => {
    room = await PaymentsRoom.open();
  }, 60_000);

  afterAll(() => room.shop.close());

  const until = (orderId: string, isSo: (payments: PaymentView[]) => boolean): Promise<PaymentView[]> =>
    room.until(() => room.read(orderId), isSo);

  it('refunds all of it', async () => {
    const orderId = randomUUID();
    await room.pay('tok_approve', { orderId });
    await room.keepOnly(orderId, 0);
    await until(orderId, ([payment]) => payment?.status === 'refunded');
    expect(await room.balance(orderId, 0)).toMatchObject({ keptMinor: 0, status: 'refunded' });
  });

  it('refunds a part, and then another', async () => {
    const orderId = randomUUID();
    await room.pay('tok_approve', { orderId });
    await room.keepOnly(orderId, 4000);
    await until(orderId, ([payment]) => payment?.refundedMinor === 1000);
    await room.keepOnly(orderId, 1500);
    await until(orderId, ([payment]) => payment?.refundedMinor === 3500);
    expect(await room.balance(orderId, 1500)).toMatchObject({ keptMinor: 1500 });
  });

  it('voids an authorization', async () => {
    const orderId = randomUUID();
    await room.pay('tok_authorize', { orderId });
    await room.keepOnly(orderId, 0);
    await until(orderId, ([payment]) => payment?.status === 'voided');
  });

  it('lets an authorization stay that covers what is owed, caps its captures, and voids what is not captured', async () => {
    const orderId = randomUUID();
    const { id } = await room.pay('tok_authorize', { orderId });
    await room.keepOnly(orderId, 3000);
    const token = await room.shop.token('finance');
    const capture = (amountMinor?: number): Promise<Response> =>
      fetch(`${room.shop.url}/v1/payments/${id}/captures`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify({ amountMinor }),
      });
    expect((await capture(3001)).status).toBe(409);
    expect((await capture()).status).toBe(201);
    const [payment] = await until(orderId, ([each]) => each?.openMinor === 0);
    expect(payment).toMatchObject({ capturedMinor: 3000, refundedMinor: 0, status: 'captured' });
  });

  it('gives the surplus of a second payment back, the newest first', async () => {
    const orderId = randomUUID();
    await room.pay('tok_approve', { orderId });
    await room.pay('tok_approve', { orderId });
    await room.keepOnly(orderId, 5000);
    const [older, newer] = await until(orderId, (payments) =>
      payments.some((each) => each.refundedMinor > 0),
    );
    expect(older).toMatchObject({ status: 'captured' });
    expect(newer).toMatchObject({ status: 'refunded' });
  });

  it('gives back what comes late, again and again', async () => {
    const orderId = randomUUID();
    const pending = await room.pay('tok_pending', { orderId });
    await room.keepOnly(orderId, 0);
    await until(orderId, ([payment]) => payment?.status === 'refunded');
    expect((await room.entries(pending.id)).map(({ kind }) => kind)).toEqual([
      'authorization',
      'capture',
      'refund',
    ]);
  });

  it('ends an attempt that asks for action', async () => {
    const orderId = randomUUID();
    const asking = await room.pay('tok_action', { orderId });
    await room.keepOnly(orderId, 0);
    await until(orderId, ([payment]) => payment?.status === 'voided');
    expect((await room.sandbox('POST', `/psp/actions/${asking.id}`, { outcome: 'complete' })).status).toBe(
      409,
    );
  });

  it('does not send a first call for what nobody wants any more', async () => {
    const orderId = randomUUID();
    const { transactionId, paymentId } = await room.open({ orderId, instrument: 'tok_approve' });
    await room.keepOnly(orderId, 0);
    const outcome = await room.door.call(transactionId);
    expect(await room.inTransaction(() => room.door.record(transactionId, outcome))).toMatchObject({
      status: 'failed',
      failureReason: 'no-longer-wanted',
    });
    expect(await room.entries(paymentId)).toEqual([]);
  });

  it('voids an invoice in its own books', async () => {
    const orderId = randomUUID();
    await room.open({ orderId, provider: 'invoice' });
    await room.keepOnly(orderId, 0);
    await until(orderId, ([payment]) => payment?.status === 'voided');
  });

  it('tries a refused refund again a few times and then calls for a person', async () => {
    const orderId = randomUUID();
    await room.pay('tok_approve+refund_decline', { orderId });
    await room.keepOnly(orderId, 0);
    await until(
      orderId,
      ([payment]) =>
        payment?.transactions.some(({ kind, state }) => kind === 'refund' && state === 'failed') === true,
    );
    const hurry = (): Promise<unknown> =>
      room.shop.database.query(
        'update payments.order_money set due_at = now() where order_id = $1 and due_at > now()',
        [orderId],
      );
    const { rows } = await room.until(
      async () => {
        await hurry();
        return room.shop.database.query<{ needs_person: boolean; tries: number }>(
          'select needs_person, tries from payments.order_money where order_id = $1',
          [orderId],
        );
      },
      (result) => result.rows[0]?.needs_person === true,
    );
    expect(rows[0]?.tries).toBeLessThanOrEqual(10);
    expect(await room.balance(orderId, 0)).toMatchObject({ capturedMinor: 5000, refundedMinor: 0 });
  });

  it('says it a hundred times at once and refunds once', async () => {
    const orderId = randomUUID();
    const { id } = await room.pay('tok_approve', { orderId });
    await Promise.all(Array.from({ length: 100 }, () => room.keepOnly(orderId, 2000)));
    await until(orderId, ([payment]) => payment?.refundedMinor === 3000);
    expect((await room.entries(id)).filter(({ kind }) => kind === 'refund')).toHaveLength(1);
  });

  it('breaks none of its invariants', async () => {
    expect(await room.violations()).toEqual([]);
  });
});
