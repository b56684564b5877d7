import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxConnection } from '../sandbox-database.js';
import { type SandboxAnswer, SandboxRefusal } from '../sandbox-routes.js';
import type { SandboxContext } from '../sandbox-server.js';
import { type Instrument, type Operation, readInstrument, type Twist } from './instrument.js';
import { type Change, settle } from './psp-acts.js';
import { mannerOf, PspControls, type PspSettings } from './psp-controls.js';
import { actOnce, countArrival, strikeAfter, strikeBefore } from './psp-keys.js';
import { type Entry, PspAccount } from './psp-ledger.js';

const webhookPath = '/v1/webhooks/payments/sandbox';
const plain: Twist = { times: 0 };
/** Long enough for a shop to take the webhook before it has the answer. */
const earlyAnswerMs = 200;

type Claim = (connection: SandboxConnection) => Promise<PspAccount>;
type Act = (account: PspAccount) => Promise<void>;

export interface Call {
  operation: Operation;
  /** Absent for what a person does at the provider's own desk, which no fault strikes. */
  key: string | undefined;
  /** What the key stands for: another content under the same key is refused. */
  content: unknown;
  instrument: Instrument;
  claim: Claim;
  act(account: PspAccount, change: Pick<Change, 'key' | 'outcome' | 'pendingMs'>): Promise<void>;
}

/** Does what is asked, with the token's faults around it, and tells the shop. */
export class PspDesk {
  readonly controls: PspControls;

  constructor(private readonly context: SandboxContext) {
    this.controls = new PspControls(context.database);
  }

  async perform(call: Call): Promise<SandboxAnswer> {
    const { operation, key, instrument } = call;
    const settings = await this.controls.read();
    const twist = instrument.twists[operation] ?? plain;
    const arrivals = key ? await countArrival(this.context.database, key, call.content) : 0;
    const before = key ? await strikeBefore(twist, arrivals, settings.slowMs) : undefined;
    if (before) return before;
    const change = { key, outcome: twist.outcome, pendingMs: settings.pendingMs };
    const account = await this.write(call.claim, (claimed) => call.act(claimed, change), key);
    if ((instrument.manner ?? settings.webhooks) === 'early') await this.tellFirst();
    return (key ? strikeAfter(twist, arrivals) : undefined) ?? this.answer(account);
  }

  /** What happens without a call of the shop: an action, a chargeback, time. */
  async simulate(reference: string, act: Act): Promise<SandboxAnswer> {
    return this.answer(await this.write((connection) => PspAccount.lock(connection, reference), act));
  }

  async lookUp(reference: string): Promise<SandboxAnswer> {
    return this.answer(
      await this.context.database.inTransaction((connection) => PspAccount.lock(connection, reference)),
    );
  }

  completeAction(reference: string, isDone: boolean): Promise<SandboxAnswer> {
    return this.simulate(reference, async (account) => {
      const { authorization } = account;
      if (authorization?.state !== 'requires_action') throw new SandboxRefusal(409, 'no-action-due');
      await settle(account, authorization, isDone);
    });
  }

  /** What was pending long enough succeeds, or fails where the token says so. */
  async settleDue(): Promise<number> {
    const due = await this.context.database.rows<{ ref: string; reference: string }>(
      `select ref, reference from sandbox.psp_transaction where state = 'pending' and settle_at <= now() order by position limit 50`,
    );
    for (const { ref, reference } of due) {
      await this.simulate(reference, async (account) => {
        const entry = account.entries.find((each) => each.ref === ref && each.state === 'pending');
        const isGood = entry?.kind !== 'authorization' || instrumentOf(account).effect !== 'pending_decline';
        if (entry) await settle(account, entry, isGood);
      });
    }
    return due.length;
  }

  private async tellFirst(): Promise<void> {
    await this.context.webhooks.deliver();
    await pause(earlyAnswerMs);
  }

  /** The act and the webhooks that tell of it are kept together. */
  private async write(claim: Claim, act: Act, key?: string): Promise<PspAccount> {
    // Before the transaction: one that waits for a second connection while it holds one can starve all.
    const settings = await this.controls.read();
    return this.context.database.inTransaction(async (connection) => {
      const account = await claim(connection);
      await (key ? actOnce(connection, key, () => act(account)) : act(account));
      await this.queue(connection, account, settings);
      return account;
    });
  }

  private async queue(
    connection: SandboxConnection,
    account: PspAccount,
    settings: PspSettings,
  ): Promise<void> {
    const { reference, changes } = account;
    const name = instrumentOf(account).manner ?? settings.webhooks;
    for (const [index, entry] of changes.entries()) {
      const payload = { type: 'payment.transaction', reference, transaction: this.viewOf(account, entry) };
      const manner = mannerOf(name, settings, index, changes.length);
      await this.context.webhooks.add(connection, { path: webhookPath, payload, manner });
    }
  }

  private answer(account: PspAccount): SandboxAnswer {
    const transactions = account.entries.map((entry) => this.viewOf(account, entry));
    return { status: 200, body: { reference: account.reference, transactions } };
  }

  private viewOf({ reference, currency }: PspAccount, entry: Entry): Record<string, unknown> {
    const actionUrl =
      entry.state === 'requires_action' ? `${this.context.baseUrl()}/psp/actions/${reference}` : undefined;
    return { ...entry, currency, updatedAt: entry.updatedAt.toISOString(), actionUrl };
  }
}

const instrumentOf = (account: PspAccount): Instrument => readInstrument(account.instrument ?? 'tok_approve');
