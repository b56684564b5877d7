import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Balance,
  PaymentsService,
  type PaymentToOpen,
  type PaymentView,
} from '../../src/payments/index.js';
import { paymentInvariants } from '../../src/payments/payments.invariants.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { startTestApp, type TestApp } from './app.js';

export const quickPayments: NodeJS.ProcessEnv = {
  SETTLE_INTERVAL_MS: '40',
  PAYMENT_TIMEOUT_MS: '1000',
  PAYMENT_LEASE_SECONDS: '2',
};

export interface Entry {
  kind: string;
  state: string;
  amountMinor: number;
  ref: string;
  clientReference: string | null;
}

/** The room's door as orders uses it, and a look into the counterpart's own books. */
export class PaymentsRoom {
  private constructor(readonly shop: TestApp) {}

  static async open(overrides: NodeJS.ProcessEnv = {}): Promise<PaymentsRoom> {
    return new PaymentsRoom(await startTestApp({ ...quickPayments, ...overrides }));
  }

  get door(): PaymentsService {
    return this.shop.app.get(PaymentsService, { strict: false });
  }

  inTransaction<T>(work: () => Promise<T>): Promise<T> {
    return this.shop.app.get(Transaction, { strict: false }).run(work);
  }

  open(request: Partial<PaymentToOpen> = {}): ReturnType<PaymentsService['open']> {
    return this.inTransaction(() =>
      this.door.open({
        orderId: randomUUID(),
        amountMinor: 5000,
        currency: 'GBP',
        provider: 'sandbox',
        ...request,
      }),
    );
  }

  /** A purchase's three phases. */
  async pay(instrument: string, request: Partial<PaymentToOpen> = {}): Promise<PaymentView> {
    const { transactionId } = await this.open({ instrument, ...request });
    const outcome = await this.door.call(transactionId);
    return this.inTransaction(() => this.door.record(transactionId, outcome));
  }

  async read(orderId: string): Promise<PaymentView[]> {
    return this.inTransaction(() => this.door.ofOrder(orderId));
  }

  balance(orderId: string, owedMinor = 5000): Promise<Balance> {
    return this.inTransaction(() => this.door.balance(orderId, owedMinor));
  }

  keepOnly(orderId: string, amountMinor: number): Promise<void> {
    return this.inTransaction(() => this.door.keepOnly(orderId, amountMinor));
  }

  /** Waits for a state of things; the ceiling only catches a hang. */
  async until<T>(read: () => Promise<T>, isSo: (value: T) => boolean, ceilingMs = 30_000): Promise<T> {
    const end = Date.now() + ceilingMs;
    for (;;) {
      const value = await read();
      if (isSo(value)) return value;
      if (Date.now() > end) throw new Error(`never came: ${JSON.stringify(value)}`);
      await pause(25);
    }
  }

  settled(orderId: string): Promise<PaymentView[]> {
    return this.until(
      () => this.read(orderId),
      (payments) =>
        payments.every((each) =>
          each.transactions.every(({ state }) => state === 'succeeded' || state === 'failed'),
        ),
    );
  }

  sandbox(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.shop.config.SANDBOX_URL ?? ''}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
  }

  /** The counterpart's own entries for a payment, by time. */
  async entries(paymentId: string): Promise<Entry[]> {
    const answer = await this.sandbox('GET', `/psp/payments/by-reference/${paymentId}`);
    if (answer.status === 404) return [];
    return ((await answer.json()) as { transactions: Entry[] }).transactions;
  }

  async events(paymentId: string): Promise<{ type: string; sequence: number }[]> {
    const { rows } = await this.shop.database.query<{ type: string; sequence: string }>(
      'select type, sequence from events.outbox where aggregateid = $1 order by position',
      [paymentId],
    );
    return rows.map(({ type, sequence }) => ({ type, sequence: Number(sequence) }));
  }

  /** What the invariants find, I6 without its settle time. */
  async violations(): Promise<{ id: string; rows: unknown[] }[]> {
    const found = [];
    for (const { id, sql } of paymentInvariants.filter((each) => each.id !== 'I5')) {
      const { rows } = await this.shop.database.query(
        sql.replace(/interval '\d+ seconds'/, "interval '0 seconds'"),
      );
      if (rows.length > 0) found.push({ id, rows });
    }
    return found;
  }
}
