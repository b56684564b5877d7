import { startTestApp, type TestApp } from '../support/app.js';
import { OrderDesk, type Placed } from '../support/order-desk.js';
import { violationsIn } from '../support/violations.js';

describe('canceling an order', () => {
  let shop: TestApp;
  let desk: OrderDesk;

  beforeAll(async () => {
    shop = await startTestApp({ SWEEP_INTERVAL_MS: '100', SETTLE_INTERVAL_MS: '50' });
    desk = await OrderDesk.open(shop, { count: 3 });
  }, 60_000);

  afterAll(async () => {
    expect(await violationsIn(shop)).toEqual([]);
    await shop.close();
  }, 60_000);

  const lines = (...quantities: number[]) =>
    quantities.map((quantity, index) => ({ sku: desk.sku(index), quantity }));
  const units = (order: Placed, index: number, quantity: number) => ({
    lines: [{ orderLineId: order.body.lines?.[index]?.orderLineId, quantity }],
  });
  const parcelOf = async (order: Placed): Promise<string> =>
    (await desk.read(order)).deliveries.find(({ status }) => status !== 'canceled')?.id ?? '';
  const capturedAndRefunded = async (order: Placed) => {
    const { payments = [] } = await desk.read(order);
    return payments.map(({ capturedMinor, refundedMinor }) => [capturedMinor, refundedMinor]);
  };

  it('that is not paid gives the stock back and ends it', async () => {
    const before = await desk.stockOf(desk.sku(0));
    const order = await desk.place({ lines: lines(3) });
    const canceled = await desk.cancel(order, order.as, { reason: 'changed_mind' });
    expect(canceled.status).toBe(200);
    expect(canceled.body).toMatchObject({
      status: 'canceled',
      canceledUnitCount: 3,
      amountDue: { amountMinor: 0 },
    });
    expect(await desk.stockOf(desk.sku(0))).toEqual(before);
    expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
      code: 'order-state',
      currentState: 'canceled',
    });
    expect((await desk.cancel(order)).body).toMatchObject({ code: 'order-state', currentState: 'canceled' });
  });

  it('that is paid gives the money back as well', async () => {
    const order = await desk.charged('tok_approve', lines(2));
    expect((await desk.cancel(order)).body.status).toBe('canceled');
    const refunded = await desk.until(order, ({ paymentStatus }) => paymentStatus === 'refunded');
    expect(refunded).toMatchObject({ status: 'canceled', attention: [] });
    expect(await capturedAndRefunded(order)).toEqual([[200, 200]]);
  });

  it('that is authorized voids the authorization', async () => {
    const order = await desk.charged('tok_authorize', lines(2));
    await desk.cancel(order);
    await desk.until(order, ({ paymentStatus }) => paymentStatus === 'voided');
    expect(await capturedAndRefunded(order)).toEqual([[0, 0]]);
  });

  it('in part gives back the shares of the units that were named', async () => {
    const order = await desk.charged('tok_approve', lines(3, 2));
    const part = await desk.cancel(order, desk.staff, units(order, 0, 2));
    expect(part.body).toMatchObject({ status: 'confirmed', canceledUnitCount: 2, unitCount: 5 });
    await desk.until(order, ({ paymentStatus }) => paymentStatus === 'partially_refunded');
    expect(await capturedAndRefunded(order)).toEqual([[502, 200]]);
    expect((await desk.cancel(order, desk.staff, units(order, 0, 2))).body).toMatchObject({
      code: 'units-not-left',
      currentState: 'confirmed',
    });
    const rest = await desk.cancel(order);
    expect(rest.body).toMatchObject({ status: 'canceled', canceledUnitCount: 5 });
    await desk.until(order, ({ paymentStatus }) => paymentStatus === 'refunded');
  });

  it('in part before it is paid leaves the rest to be paid', async () => {
    const order = await desk.place({ lines: lines(3, 2) });
    const part = await desk.cancel(order, order.as, units(order, 1, 2));
    expect(part.body).toMatchObject({ status: 'pending', amountDue: { amountMinor: 300 } });
    expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
      status: 'confirmed',
      paymentStatus: 'paid',
    });
    expect(await capturedAndRefunded(order)).toEqual([[300, 0]]);
  });

  it('in part confirms it where the rest is paid already', async () => {
    const order = await desk.charged('tok_amount_changed', lines(1, 9));
    expect(order.body).toMatchObject({ status: 'pending', paymentStatus: 'partially_paid' });
    const part = await desk.cancel(order, desk.staff, units(order, 1, 1));
    expect(part.body).toMatchObject({ status: 'confirmed', canceledUnitCount: 1 });
  });

  it('after a part was shipped acts on the rest', async () => {
    const order = await desk.charged('tok_approve', lines(2, 1));
    const split = { lines: [{ orderLineId: order.body.lines?.[0]?.orderLineId, quantity: 1 }] };
    const part = await desk.send<{ id: string }>(
      'POST',
      `deliveries/${await parcelOf(order)}/split`,
      split,
      desk.staff,
    );
    expect((await desk.ship(part.body.id)).status).toBe(200);
    const canceled = await desk.cancel(order);
    expect(canceled.body).toMatchObject({
      status: 'confirmed',
      canceledUnitCount: 2,
      deliveryStatus: 'shipped',
    });
    await desk.until(order, ({ paymentStatus }) => paymentStatus === 'partially_refunded');
    expect(await capturedAndRefunded(order)).toEqual([[301, 201]]);
    await desk.scan(part.body.id, 'delivered');
    expect(await desk.until(order, ({ status }) => status === 'completed')).toMatchObject({
      deliveryStatus: 'delivered',
    });
    expect((await desk.cancel(order)).body).toMatchObject({ code: 'order-state', currentState: 'completed' });
  }, 30_000);

  it('is refused with the state where all has left', async () => {
    const order = await desk.invoiced(lines(1));
    await desk.ship(await parcelOf(order));
    expect((await desk.cancel(order)).body).toMatchObject({ status: 409, currentState: 'confirmed' });
  });

  it('knows its lines', async () => {
    const order = await desk.invoiced(lines(1));
    const other = await desk.invoiced(lines(1));
    expect((await desk.cancel(order, desk.staff, units(other, 0, 1))).body.code).toBe('order-line-unknown');
  });

  it('is for a guest until the money is taken', async () => {
    const paid = await desk.charged('tok_approve');
    expect((await desk.cancel(paid, paid.as)).body.code).toBe('order-already-captured');
    const authorized = await desk.charged('tok_authorize');
    expect((await desk.cancel(authorized, authorized.as)).body.status).toBe('canceled');
  });

  it('is for a customer until the parcel is packed, for support until it is shipped', async () => {
    const customer = await desk.as('customer', 'carol');
    const order = await desk.charged('tok_approve', lines(1), customer);
    expect(order.headers.get('order-token')).toBeNull();
    await desk.send('POST', `deliveries/${await parcelOf(order)}/pack`, {}, desk.staff);
    expect((await desk.cancel(order, customer)).body.code).toBe('delivery-already-dispatched');
    expect((await desk.cancel(order, await desk.as('support'))).body.status).toBe('canceled');
    const unpacked = await desk.charged('tok_approve', lines(1), customer);
    expect((await desk.cancel(unpacked, customer)).body.status).toBe('canceled');
  });

  it('is for nobody else', async () => {
    const order = await desk.place();
    const stranger = await desk.place();
    expect((await desk.cancel(order, stranger.as)).status).toBe(404);
    expect((await desk.cancel(order, await desk.as('customer', 'mallory'))).status).toBe(404);
    expect((await desk.cancel(order, await desk.as('finance'))).status).toBe(403);
    expect((await desk.cancel(order, {})).status).toBe(401);
  });

  it('happens once, however many ask at the same time, and the stock comes back once', async () => {
    const before = await desk.stockOf(desk.sku(2));
    const order = await desk.invoiced([{ sku: desk.sku(2), quantity: 4 }]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => desk.cancel(order)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(
      answers.filter(({ status, body }) => status === 409 && body.currentState === 'canceled'),
    ).toHaveLength(7);
    expect(await desk.stockOf(desk.sku(2))).toEqual(before);
  });
});
