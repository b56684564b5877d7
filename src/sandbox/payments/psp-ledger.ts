import { randomUUID } from 'node:crypto';
import type { SandboxConnection } from '../sandbox-database.js';
import { SandboxRefusal } from '../sandbox-routes.js';

export type EntryKind =
  'authorization' | 'capture' | 'void' | 'refund' | 'chargeback' | 'chargeback_reversal';
export type EntryState = 'pending' | 'requires_action' | 'succeeded' | 'failed';

export interface Entry extends Record<string, unknown> {
  ref: string;
  kind: EntryKind;
  state: EntryState;
  amountMinor: number;
  clientReference: string | null;
  reason: string | null;
  updatedAt: Date;
}

export interface NewEntry {
  kind: EntryKind;
  state: EntryState;
  amountMinor: number;
  clientReference?: string;
  reason?: string;
  settleAfterMs?: number;
}

interface AccountRow extends Record<string, unknown> {
  reference: string;
  currency: string | null;
  instrument: string | null;
  closed: boolean;
}

/** One merchant payment in the counterpart's books, under its row's lock. */
export class PspAccount {
  /** What this transaction wrote, in order: each is told by a webhook. */
  readonly changes: Entry[] = [];

  private constructor(
    private readonly connection: SandboxConnection,
    private readonly row: AccountRow,
    readonly entries: Entry[],
  ) {}

  /** Opens the books for a payment, or those that are there. */
  static async claim(
    connection: SandboxConnection,
    of: { reference: string; currency?: string; instrument?: string; returnUrl?: string },
  ): Promise<PspAccount> {
    await connection.rows(
      `insert into sandbox.psp_payment (reference, currency, instrument, return_url) values ($1, $2, $3, $4) on conflict (reference) do nothing`,
      [of.reference, of.currency ?? null, of.instrument ?? null, of.returnUrl ?? null],
    );
    return PspAccount.lock(connection, of.reference);
  }

  static async lock(connection: SandboxConnection, reference: string): Promise<PspAccount> {
    const row = await connection.row<AccountRow>(
      'select reference, currency, instrument, closed from sandbox.psp_payment where reference = $1 for update',
      [reference],
    );
    if (!row) throw new SandboxRefusal(404, 'payment-not-found');
    return new PspAccount(
      connection,
      row,
      await connection.rows<Entry>(`${selectEntry} where reference = $1 order by position`, [reference]),
    );
  }

  get reference(): string {
    return this.row.reference;
  }

  get currency(): string | null {
    return this.row.currency;
  }

  get instrument(): string | null {
    return this.row.instrument;
  }

  get isClosed(): boolean {
    return this.row.closed;
  }

  get authorization(): Entry | undefined {
    return this.entries.find((entry) => entry.kind === 'authorization');
  }

  get openMinor(): number {
    return Math.max(
      0,
      this.sum('authorization', ['succeeded']) -
        this.sum('capture', ['succeeded', 'pending']) -
        this.sum('void', ['succeeded']),
    );
  }

  get refundableMinor(): number {
    const gone =
      this.sum('refund', ['succeeded', 'pending']) +
      this.sum('chargeback', ['succeeded']) -
      this.sum('chargeback_reversal', ['succeeded']);
    return Math.max(0, this.sum('capture', ['succeeded']) - gone);
  }

  async write(entry: NewEntry): Promise<void> {
    const { kind, state, amountMinor, clientReference, reason, settleAfterMs } = entry;
    const [written] = await this.connection.rows<Entry>(
      `insert into sandbox.psp_transaction (ref, reference, kind, state, amount_minor, client_reference, reason, settle_at)
       values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8)) returning ${entryColumns}`,
      [
        `sbx_${randomUUID()}`,
        this.reference,
        kind,
        state,
        amountMinor,
        clientReference ?? null,
        reason ?? null,
        secondsOf(settleAfterMs),
      ],
    );
    if (!written) return;
    this.entries.push(written);
    this.changes.push(written);
  }

  async move(
    entry: Entry,
    to: Pick<Entry, 'state'> & { reason?: string; clientReference?: string },
  ): Promise<void> {
    const [moved] = await this.connection.rows<Entry>(
      `update sandbox.psp_transaction set state = $2, reason = coalesce($3, reason), client_reference = coalesce(client_reference, $4),
         updated_at = clock_timestamp() where ref = $1 returning ${entryColumns}`,
      [entry.ref, to.state, to.reason ?? null, to.clientReference ?? null],
    );
    if (!moved) return;
    this.entries.splice(this.entries.indexOf(entry), 1, moved);
    this.changes.push(moved);
  }

  /** From now on a late arrival is refused. */
  async close(): Promise<void> {
    await this.connection.rows('update sandbox.psp_payment set closed = true where reference = $1', [
      this.reference,
    ]);
    this.row.closed = true;
  }

  private sum(kind: EntryKind, states: readonly EntryState[]): number {
    return this.entries.reduce(
      (sum, each) => (each.kind === kind && states.includes(each.state) ? sum + each.amountMinor : sum),
      0,
    );
  }
}

const secondsOf = (milliseconds: number | undefined): number | null =>
  milliseconds === undefined ? null : milliseconds / 1000;

// A bigint arrives as text over this pool, and an amount here is far below 2^53.
const entryColumns = `ref, kind, state, amount_minor::float8 as "amountMinor", client_reference as "clientReference", reason, updated_at as "updatedAt"`;
const selectEntry = `select ${entryColumns} from sandbox.psp_transaction`;
