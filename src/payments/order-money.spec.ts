import { OrderMoney } from './order-money.js';
import { Payment } from './payment.entity.js';
import type { TransactionKind } from './payment-status.js';

const now = new Date('2026-01-05T10:00:00Z');
const orderId = '01890a5d-ac96-774b-bcce-b302099a8057';
let refs = 0;

function payment(amountMinor: number): Payment {
  const opened = Payment.open({ orderId, amountMinor, currency: 'GBP', provider: 'sandbox' }, now);
  opened.id = `payment-${String((refs += 1)).padStart(6, '0')}`;
  return opened;
}

function learn(of: Payment, kind: TransactionKind, amountMinor: number): Payment {
  of.learn({ kind, state: 'succeeded', amountMinor, currency: 'GBP', providerRef: `r${(refs += 1)}` }, now);
  return of;
}

const authorized = (amountMinor: number): Payment =>
  learn(payment(amountMinor), 'authorization', amountMinor);
const captured = (amountMinor: number): Payment => learn(authorized(amountMinor), 'capture', amountMinor);

function givenBack(of: Payment, amountMinor: number, origin: 'keep_only' | 'command'): Payment {
  const refund = of.start('refund', amountMinor, origin, now);
  of.record(refund.id, { result: 'succeeded', facts: [] }, now);
  return of;
}

const planned = (money: OrderMoney): [string, number][] =>
  money.releases().map((each) => [each.kind, each.amountMinor]);

it('keeps nothing, not less, where a bank takes back what was given back in part already', () => {
  const disputed = learn(givenBack(captured(100), 40, 'keep_only'), 'chargeback', 100);
  expect(new OrderMoney([disputed], 60).balance(60)).toMatchObject({ keptMinor: 0, status: 'charged_back' });
});

describe('bringing down what an order keeps', () => {
  it('does nothing until somebody says how much to keep', () => {
    expect(planned(new OrderMoney([captured(100)], undefined))).toEqual([]);
  });

  it('voids what is open and refunds what was captured when nothing is to be kept', () => {
    const partly = learn(authorized(100), 'capture', 60);
    expect(planned(new OrderMoney([partly, authorized(50)], 0))).toEqual([
      ['void', 50],
      ['void', 40],
      ['refund', 60],
    ]);
  });

  it('starts with the newest payment and refunds in part', () => {
    const [older, newer] = [captured(100), captured(100)];
    const money = new OrderMoney([older, newer], 130);
    expect(money.releases()).toEqual([{ payment: newer, kind: 'refund', amountMinor: 70 }]);
  });

  it('lets an authorization stay that the rest does not cover, and caps its captures', () => {
    const [older, newer] = [captured(40), authorized(60)];
    const money = new OrderMoney([older, newer], 50);
    expect(planned(money)).toEqual([]);
    expect(money.capturableMinor(newer)).toBe(10);
  });

  it('counts what is leaving already', () => {
    const one = captured(100);
    one.start('refund', 100, 'keep_only', now);
    expect(planned(new OrderMoney([one], 0))).toEqual([]);
  });

  it('waits for a capture on its way before it gives anything back', () => {
    const one = authorized(100);
    one.start('capture', 100, 'command', now);
    expect(planned(new OrderMoney([one], 0))).toEqual([]);
  });

  it('never refunds more than is left, and leaves a person’s refund out of the reckoning', () => {
    const one = givenBack(captured(100), 30, 'command');
    const money = new OrderMoney([one], 50);
    expect(money.keptMinor).toBe(100);
    expect(planned(money)).toEqual([['refund', 50]]);
    expect(planned(new OrderMoney([one], 0))).toEqual([['refund', 70]]);
  });

  it('ends an attempt that asks the shopper for what nobody needs', () => {
    const asking = payment(100);
    asking.learn({ kind: 'authorization', state: 'requires_action', amountMinor: 100, currency: 'GBP' }, now);
    expect(planned(new OrderMoney([asking], 100))).toEqual([]);
    expect(planned(new OrderMoney([asking], 0))).toEqual([['void', 0]]);
  });
});

describe('the label of an order’s payments', () => {
  const label = (payments: Payment[], owedMinor = 100): string =>
    new OrderMoney(payments, undefined).balance(owedMinor).status;

  it('is read from the sums', () => {
    expect(label([])).toBe('unpaid');
    expect(label([payment(100)])).toBe('pending');
    expect(label([authorized(100)])).toBe('authorized');
    expect(label([authorized(60)])).toBe('partially_authorized');
    expect(label([captured(60)])).toBe('partially_paid');
    expect(label([captured(100)])).toBe('paid');
    expect(label([captured(100), captured(100)])).toBe('overpaid');
    expect(label([givenBack(captured(100), 40, 'command')])).toBe('partially_refunded');
    expect(label([givenBack(captured(100), 100, 'command')])).toBe('refunded');
    expect(label([learn(captured(100), 'chargeback', 100)])).toBe('charged_back');
    expect(label([learn(authorized(100), 'void', 100)])).toBe('voided');
  });

  it('passes over a surplus attempt that was given back whole', () => {
    expect(label([givenBack(captured(100), 100, 'keep_only'), captured(100)])).toBe('paid');
  });

  it('asks for action before it says that others failed', () => {
    const failed = payment(100);
    failed.learn({ kind: 'authorization', state: 'failed', amountMinor: 100, currency: 'GBP' }, now);
    const asking = payment(100);
    asking.learn({ kind: 'authorization', state: 'requires_action', amountMinor: 100, currency: 'GBP' }, now);
    expect(label([failed])).toBe('failed');
    expect(label([failed, asking])).toBe('requires_action');
    expect(new OrderMoney([asking], undefined).balance(100)).toMatchObject({
      isUnderWay: true,
      keptMinor: 0,
    });
  });
});
