import { randomUUID } from 'node:crypto';
import { PaymentsRoom } from '../support/payments-room.js';

describe('the door of payments', () => {
  let room: PaymentsRoom;

  beforeAll(async () => {
    room = await PaymentsRoom.open();
  }, 60_000);

  afterAll(() => room.shop.close());

  it('pays by one call: authorized and captured, an event for every version', async () => {
    const orderId = randomUUID();
    const payment = await room.pay('tok_approve', { orderId });
    expect(payment).toMatchObject({
      status: 'captured',
      capturedMinor: 5000,
      isUnderWay: false,
      hasUnknown: false,
    });
    expect(await room.balance(orderId)).toMatchObject({ status: 'paid', keptMinor: 5000, isUnderWay: false });
    expect(await room.events(payment.id)).toEqual([
      { type: 'payment.created', sequence: 1 },
      { type: 'payment.authorized', sequence: 2 },
      { type: 'payment.captured', sequence: 3 },
    ]);
  });

  it('authorizes by invoice without a call, inside the transaction that opens it', async () => {
    const orderId = randomUUID();
    const opened = await room.open({ orderId, provider: 'invoice' });
    expect(opened.needsCall).toBe(false);
    expect(await room.balance(orderId)).toMatchObject({
      status: 'authorized',
      authorizedMinor: 5000,
      keptMinor: 5000,
    });
    expect((await room.events(opened.paymentId)).map(({ type }) => type)).toEqual([
      'payment.created',
      'payment.authorized',
    ]);
  });

  it('leaves nothing behind when the transaction that opens it rolls back', async () => {
    const orderId = randomUUID();
    const opening = room.inTransaction(async () => {
      await room.door.open({ orderId, amountMinor: 100, currency: 'GBP', provider: 'invoice' });
      throw new Error('no');
    });
    await expect(opening).rejects.toThrow('no');
    expect(await room.read(orderId)).toEqual([]);
  });

  it('is declined, and may be tried again', async () => {
    const orderId = randomUUID();
    const declined = await room.pay('tok_decline', { orderId });
    expect(declined).toMatchObject({ status: 'failed', failureReason: 'card-declined', isUnderWay: false });
    expect(await room.balance(orderId)).toMatchObject({ status: 'failed', keptMinor: 0 });
    await room.pay('tok_approve', { orderId });
    expect(await room.balance(orderId)).toMatchObject({ status: 'paid' });
  });

  it('has one live attempt per order: of ten at once one is opened, the others are told to wait', async () => {
    const orderId = randomUUID();
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, () => room.open({ orderId, instrument: 'tok_approve' })),
    );
    const refusals = attempts.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refusals).toHaveLength(9);
    expect(refusals).toEqual(Array(9).fill(expect.objectContaining({ code: 'payment-in-progress' })));
  });

  it('makes way for another attempt when it asks for action, and is voided', async () => {
    const orderId = randomUUID();
    const asking = await room.pay('tok_action', { orderId });
    expect(asking).toMatchObject({ status: 'requires_action', isUnderWay: true });
    expect(asking.actionUrl).toContain(asking.id);
    const paid = await room.pay('tok_approve', { orderId });
    expect(paid.status).toBe('captured');
    const [first] = await room.settled(orderId);
    expect(first).toMatchObject({ id: asking.id, status: 'voided' });
    const refused = await room.sandbox('POST', `/psp/actions/${asking.id}`, { outcome: 'complete' });
    expect(refused.status).toBe(409);
    expect(await room.balance(orderId)).toMatchObject({ status: 'paid', capturedMinor: 5000 });
  });

  it('pays when the shopper has acted, and fails when he refuses', async () => {
    for (const [outcome, status] of [
      ['complete', 'captured'],
      ['refuse', 'failed'],
    ] as const) {
      const orderId = randomUUID();
      const asking = await room.pay('tok_action', { orderId });
      await room.sandbox('POST', `/psp/actions/${asking.id}`, { outcome });
      await room.until(
        () => room.read(orderId),
        ([each]) => each?.status === status,
      );
    }
  });

  it('calls once when many want to call for one transaction at once', async () => {
    const { transactionId, paymentId } = await room.open({ instrument: 'tok_approve' });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => room.door.call(transactionId)));
    expect(outcomes.filter((each) => each.follow !== 'nothing')).toHaveLength(1);
    await Promise.all(
      outcomes.map((outcome) => room.inTransaction(() => room.door.record(transactionId, outcome))),
    );
    expect(await room.entries(paymentId)).toHaveLength(2);
    expect((await room.events(paymentId)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('refuses to call inside a transaction', async () => {
    const { transactionId } = await room.open({ instrument: 'tok_approve' });
    await expect(room.inTransaction(() => room.door.call(transactionId))).rejects.toThrow(
      'inside a transaction',
    );
  });

  it('takes up by itself what a crash left between opening and calling', async () => {
    const orderId = randomUUID();
    await room.open({ orderId, instrument: 'tok_approve' });
    await room.until(
      () => room.read(orderId),
      ([each]) => each?.status === 'captured',
    );
  });

  it('takes up what a crash left between the call and its record, without a second capture', async () => {
    const orderId = randomUUID();
    const { transactionId, paymentId } = await room.open({ orderId, instrument: 'tok_approve' });
    await room.door.call(transactionId);
    await room.until(
      () => room.read(orderId),
      ([each]) => each?.status === 'captured',
    );
    expect(await room.entries(paymentId)).toHaveLength(2);
  });

  it('refuses a provider that is not set up', async () => {
    await expect(room.open({ provider: 'gold-coins' })).rejects.toMatchObject({
      code: 'payment-provider-unavailable',
    });
  });

  it('breaks none of its invariants', async () => {
    expect(await room.violations()).toEqual([]);
  });
});
