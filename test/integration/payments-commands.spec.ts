import { randomUUID } from 'node:crypto';
import { PaymentsRoom } from '../support/payments-room.js';

interface Reply {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

describe('commands on a payment', () => {
  let room: PaymentsRoom;
  const tokens: Record<string, string> = {};

  beforeAll(async () => {
    room = await PaymentsRoom.open({ SUPPORT_REFUND_LIMIT_MINOR: '1000' });
    for (const role of ['finance', 'support', 'fulfilment', 'customer'])
      tokens[role] = await room.shop.token(role);
  }, 60_000);

  afterAll(() => room.shop.close());

  async function post(
    path: string,
    body: object,
    role = 'finance',
    key: string = randomUUID(),
  ): Promise<Reply> {
    const answer = await fetch(`${room.shop.url}/v1/payments/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens[role] ?? ''}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown>,
      headers: answer.headers,
    };
  }

  async function get(id: string, headers: Record<string, string>): Promise<Reply> {
    const answer = await fetch(`${room.shop.url}/v1/payments/${id}`, { headers });
    return {
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown>,
      headers: answer.headers,
    };
  }

  it('captures an authorization in parts, to its end and not beyond', async () => {
    const { id } = await room.pay('tok_authorize');
    expect(await post(`${id}/captures`, { amountMinor: 2000 })).toMatchObject({
      status: 201,
      body: { status: 'partially_captured', openMinor: 3000 },
    });
    expect(await post(`${id}/captures`, { amountMinor: 3001 })).toMatchObject({
      status: 409,
      body: { code: 'capture-not-possible', currentState: 'partially_captured', availableMinor: 3000 },
    });
    const rest = await post(`${id}/captures`, {});
    expect(rest).toMatchObject({ status: 201, body: { status: 'captured', capturedMinor: 5000 } });
    expect(rest.headers.get('location')).toBe(`/v1/payments/${id}`);
    expect(await post(`${id}/captures`, {})).toMatchObject({
      status: 409,
      body: { currentState: 'captured' },
    });
  });

  it('captures once of ten equal requests under one key, and answers all of them the same', async () => {
    const { id } = await room.pay('tok_authorize');
    const key = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => post(`${id}/captures`, { amountMinor: 1000 }, 'finance', key)),
    );
    const done = replies.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(new Set(done.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await room.entries(id)).filter(({ kind }) => kind === 'capture')).toHaveLength(1);
  });

  it('never refunds more than was captured, however many ask at once', async () => {
    const { id } = await room.pay('tok_approve');
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => post(`${id}/refunds`, { amountMinor: 2000 })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
    expect(await post(`${id}/refunds`, { amountMinor: 1000 })).toMatchObject({
      status: 201,
      body: { status: 'refunded' },
    });
    const refunds = (await room.entries(id)).filter(({ kind }) => kind === 'refund');
    expect(refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(5000);
  });

  it('refunds once per reference', async () => {
    const { id } = await room.pay('tok_approve');
    expect(await post(`${id}/refunds`, { amountMinor: 100, reference: 'ticket 7' })).toMatchObject({
      status: 201,
    });
    expect(await post(`${id}/refunds`, { amountMinor: 100, reference: 'ticket 7' })).toMatchObject({
      status: 409,
      body: { code: 'refund-reference-used' },
    });
  });

  it('leaves a refund by a person out of what the order keeps', async () => {
    const orderId = randomUUID();
    const { id } = await room.pay('tok_approve', { orderId });
    await post(`${id}/refunds`, { amountMinor: 500 });
    expect(await room.balance(orderId)).toMatchObject({
      status: 'partially_refunded',
      keptMinor: 5000,
      refundedMinor: 500,
    });
  });

  it('voids what is open, and refuses where nothing is', async () => {
    const { id } = await room.pay('tok_authorize');
    expect(await post(`${id}/voids`, {})).toMatchObject({
      status: 201,
      body: { status: 'voided', openMinor: 0 },
    });
    expect(await post(`${id}/voids`, {})).toMatchObject({
      status: 409,
      body: { code: 'void-not-possible', currentState: 'voided' },
    });
    expect(await post(`${id}/captures`, {})).toMatchObject({ status: 409 });
  });

  it('lets one of a capture and a void at once win', async () => {
    const { id } = await room.pay('tok_authorize');
    const replies = await Promise.all([post(`${id}/captures`, {}), post(`${id}/voids`, {})]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('answers 409 with what the provider said when it refuses', async () => {
    const { id } = await room.pay('tok_authorize+capture_decline');
    const key = randomUUID();
    const refusal = await post(`${id}/captures`, {}, 'finance', key);
    expect(refusal).toMatchObject({
      status: 409,
      body: { code: 'capture-refused', currentState: 'authorized', reason: 'capture-declined' },
    });
    expect(await post(`${id}/captures`, {}, 'finance', key)).toMatchObject({
      status: 409,
      body: { code: 'capture-refused' },
    });
    expect((await room.entries(id)).filter(({ kind }) => kind === 'capture')).toHaveLength(1);
  });

  it('answers 202 with the place to look while the provider is silent, and captures once', async () => {
    const orderId = randomUUID();
    const { id } = await room.pay('tok_authorize+capture_timeout_after+webhook_lost', { orderId });
    const reply = await post(`${id}/captures`, {});
    expect(reply).toMatchObject({ status: 202, body: { hasUnknown: true } });
    expect(reply.headers.get('location')).toBe(`/v1/payments/${id}`);
    expect(await room.settled(orderId)).toEqual([
      expect.objectContaining({ status: 'captured', capturedMinor: 5000 }),
    ]);
    expect((await room.entries(id)).filter(({ kind }) => kind === 'capture')).toHaveLength(1);
  });

  it('records by a person that an invoice was paid', async () => {
    const orderId = randomUUID();
    const { paymentId } = await room.open({ orderId, provider: 'invoice' });
    expect(await post(`${paymentId}/captures`, {})).toMatchObject({
      status: 201,
      body: { status: 'captured' },
    });
    expect(await room.balance(orderId)).toMatchObject({ status: 'paid' });
  });

  it('is read by its owner and by staff, and by nobody else', async () => {
    const { id } = await room.pay('tok_approve', { owner: { customerId: 'https://issuer|somebody' } });
    const staff = await get(id, { authorization: `Bearer ${tokens['support'] ?? ''}` });
    expect(staff).toMatchObject({ status: 200, body: { id, status: 'captured' } });
    const etag = staff.headers.get('etag') ?? '';
    const again = await fetch(`${room.shop.url}/v1/payments/${id}`, {
      headers: { authorization: `Bearer ${tokens['support'] ?? ''}`, 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
    expect(await get(id, { authorization: `Bearer ${tokens['customer'] ?? ''}` })).toMatchObject({
      status: 404,
    });
    expect(await get(id, {})).toMatchObject({ status: 401 });
  });

  it('is moved by finance; by support up to the limit of one payment; by nobody else', async () => {
    const { id } = await room.pay('tok_approve');
    expect(await post(`${id}/captures`, {}, 'support')).toMatchObject({ status: 403 });
    expect(await post(`${id}/refunds`, { amountMinor: 1 }, 'fulfilment')).toMatchObject({ status: 403 });
    expect(await post(`${id}/refunds`, { amountMinor: 1 }, 'customer')).toMatchObject({ status: 403 });
    expect(await post(`${id}/refunds`, { amountMinor: 700 }, 'support')).toMatchObject({ status: 201 });
    expect(await post(`${id}/refunds`, { amountMinor: 400 }, 'support')).toMatchObject({
      status: 403,
      body: { code: 'refund-above-limit', limitMinor: 1000 },
    });
  });

  it('refuses what is malformed, unknown or without a key', async () => {
    const { id } = await room.pay('tok_approve');
    for (const body of [
      { amountMinor: 0 },
      { amountMinor: -1 },
      { amountMinor: 1.5 },
      { amountMinor: '1' },
      { price: 1 },
      {},
    ]) {
      expect(await post(`${id}/refunds`, body)).toMatchObject({ status: 400 });
    }
    expect(await post(`${randomUUID()}/refunds`, { amountMinor: 1 })).toMatchObject({ status: 404 });
    expect(await post(`${id}/refunds`, { amountMinor: 1 }, 'finance', '')).toMatchObject({ status: 400 });
  });

  it('breaks none of its invariants', async () => {
    expect(await room.violations()).toEqual([]);
  });
});
