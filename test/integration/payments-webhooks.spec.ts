import { randomUUID } from 'node:crypto';
import type { PaymentView } from '../../src/payments/index.js';
import { WebhookSignatures } from '../../src/platform/webhooks/index.js';
import { PaymentsRoom } from '../support/payments-room.js';

const secret = 'a-secret-that-only-the-sandbox-knows';
const path = '/v1/webhooks/payments/sandbox';

describe('webhooks of a payment provider', () => {
  let room: PaymentsRoom;
  const signatures = new WebhookSignatures();

  beforeAll(async () => {
    room = await PaymentsRoom.open({ SANDBOX_WEBHOOK_SECRET: secret });
  }, 60_000);

  afterAll(() => room.shop.close());

  const send = (body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${room.shop.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  const until = (orderId: string, isSo: (payment: PaymentView) => boolean): Promise<PaymentView[]> =>
    room.until(
      () => room.read(orderId),
      ([payment]) => payment !== undefined && isSo(payment),
    );

  /** All webhooks of a payment are taken by the shop. */
  const delivered = (paymentId: string): Promise<unknown> =>
    room.until(
      () =>
        room.shop.database.query<{ open: string }>(
          'select count(*) as open from sandbox.webhook where taken_at is null and body like $1',
          [`%${paymentId}%`],
        ),
      (result) => Number(result.rows[0]?.open) === 0,
    );

  const capture = (reference: string, ref: string = randomUUID()): string =>
    JSON.stringify({
      reference,
      transaction: {
        ...{ ref, kind: 'capture', state: 'succeeded', amountMinor: 5000, currency: 'GBP' },
        ...{ clientReference: null, reason: null, updatedAt: new Date().toISOString() },
      },
    });

  it.each(['early', 'late', 'twice', 'shuffled', 'lost'])(
    'have one effect when they come %s',
    async (manner) => {
      await room.sandbox('PUT', '/control', { lateMs: 400 });
      const orderId = randomUUID();
      const { id } = await room.pay(`tok_approve+webhook_${manner}`, { orderId });
      await until(orderId, (payment) => payment.status === 'captured');
      if (manner !== 'lost') await delivered(id);
      expect(await room.read(orderId)).toEqual([
        expect.objectContaining({ capturedMinor: 5000, version: 3 }),
      ]);
      // Two webhooks may come at once, so either fact may be recorded first; each is told once.
      const [first, ...outcome] = (await room.events(id)).map(({ type }) => type);
      expect(first).toBe('payment.created');
      expect(outcome.sort()).toEqual(['payment.authorized', 'payment.captured']);
    },
  );

  it('bring the outcome alone, capture before authorization, when the answer never came', async () => {
    const orderId = randomUUID();
    const { transactionId, paymentId } = await room.open({
      orderId,
      instrument: 'tok_approve+webhook_shuffled',
    });
    await room.door.call(transactionId);
    await delivered(paymentId);
    await until(orderId, (payment) => payment.version === 3);
    expect(await room.read(orderId)).toEqual([
      expect.objectContaining({ status: 'captured', isUnderWay: false }),
    ]);
  });

  it('have one effect when ten come at once', async () => {
    const orderId = randomUUID();
    const { paymentId, transactionId } = await room.open({ orderId, instrument: 'tok_approve+webhook_lost' });
    await room.door.call(transactionId);
    const entry = (await room.entries(paymentId)).find(({ kind }) => kind === 'capture');
    const body = capture(paymentId, entry?.ref);
    const headers = signatures.sign(randomUUID(), body, secret);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body, headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(204));
    const captured = (await room.events(paymentId)).filter(({ type }) => type === 'payment.captured');
    expect(captured).toHaveLength(1);
    await until(orderId, (payment) => !payment.isUnderWay);
  });

  it('bring what the shop never started: chargeback and its reversal, a refund at the provider’s desk, a lapsed authorization', async () => {
    const orderId = randomUUID();
    const { id } = await room.pay('tok_approve', { orderId });
    await room.sandbox('POST', `/psp/payments/${id}/chargebacks`, { amountMinor: 2000 });
    await until(orderId, (payment) => payment.status === 'charged_back');
    expect(await room.balance(orderId)).toMatchObject({ status: 'charged_back', keptMinor: 3000 });
    await room.sandbox('POST', `/psp/payments/${id}/chargebacks`, { amountMinor: 2000, isReversal: true });
    await until(orderId, (payment) => payment.status === 'captured');
    await room.sandbox('POST', `/psp/payments/${id}/refunds`, { amountMinor: 300 });
    await until(orderId, (payment) => payment.refundedMinor === 300);
    const lapsing = randomUUID();
    const authorized = await room.pay('tok_authorize', { orderId: lapsing });
    await room.sandbox('POST', `/psp/payments/${authorized.id}/expiry`);
    await until(lapsing, (payment) => payment.status === 'expired');
    expect((await room.events(authorized.id)).at(-1)?.type).toBe('payment.expired');
  });

  it('are refused, and write nothing, when they are forged', async () => {
    const { paymentId } = await room.open({ instrument: 'tok_approve' });
    const body = capture(paymentId);
    const [id, now] = [randomUUID(), Date.now()];
    const good = signatures.sign(id, body, secret);
    const forgeries: [string, Record<string, string>][] = [
      [body, {}],
      [body, signatures.sign(id, body, 'another-secret-of-another-provider')],
      [body.replace('5000', '5001'), good],
      [`${body} `, good],
      [body, { ...good, 'webhook-id': randomUUID() }],
      [body, signatures.sign(id, body, secret, new Date(now - 301_000))],
      [body, signatures.sign(id, body, secret, new Date(now + 302_000))],
    ];
    for (const [text, headers] of forgeries) {
      const answer = await send(text, headers);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'signature-invalid' });
    }
    const { rows } = await room.shop.database.query('select 1 from events.inbox where event_id = $1', [id]);
    expect(rows).toEqual([]);
    expect((await room.events(paymentId)).map(({ type }) => type)).not.toContain('payment.captured');
  });

  it('are refused when they are about nothing here, or unreadable', async () => {
    const foreign = capture(randomUUID());
    expect((await send(foreign, signatures.sign(randomUUID(), foreign, secret))).status).toBe(404);
    for (const body of ['{}', 'null', '{"reference":1}', 'not json']) {
      expect((await send(body, signatures.sign(randomUUID(), body, secret))).status).toBe(400);
    }
  });

  it('belong to providers that send some', async () => {
    const answer = await fetch(`${room.shop.url}/v1/webhooks/payments/invoice`, {
      method: 'POST',
      body: '{}',
    });
    expect([404, 415]).toContain(answer.status);
  });

  it('breaks none of its invariants', async () => {
    await room.until(
      () => room.violations(),
      (found) => found.length === 0,
      5000,
    );
  });
});

describe('webhooks that are lost', () => {
  let room: PaymentsRoom;

  beforeAll(async () => {
    room = await PaymentsRoom.open({ PAYMENT_RECONCILE_SECONDS: '1' });
    await room.sandbox('PUT', '/control', { webhooks: 'lost' });
  }, 60_000);

  afterAll(() => room.shop.close());

  it('are made up for by comparing the books', async () => {
    const orderId = randomUUID();
    const { id } = await room.pay('tok_approve', { orderId });
    await room.sandbox('POST', `/psp/payments/${id}/chargebacks`, { amountMinor: 700 });
    await room.until(
      () => room.read(orderId),
      ([payment]) => payment?.chargedBackMinor === 700,
    );
    expect(await room.violations()).toEqual([]);
  });
});
