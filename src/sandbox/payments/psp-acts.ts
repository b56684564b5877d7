import { SandboxRefusal } from '../sandbox-routes.js';
import type { Effect } from './instrument.js';
import type { Entry, EntryKind, PspAccount } from './psp-ledger.js';

interface Payment {
  key: string;
  amountMinor: number;
  pendingMs: number;
}

/** A tenth less than was asked, at least one. */
const lessThan = (amountMinor: number): number => Math.max(1, amountMinor - Math.ceil(amountMinor / 10));

/** What paying does to the books, by the token's effect. */
export async function pay(
  account: PspAccount,
  effect: Effect,
  { key, amountMinor, pendingMs }: Payment,
): Promise<void> {
  const known = account.authorization;
  if (known && account.isClosed && known.clientReference === null)
    return account.move(known, { state: 'failed', clientReference: key });
  if (known) throw new SandboxRefusal(409, 'reference-used');
  const authorization = { kind: 'authorization', amountMinor, clientReference: key } as const;
  switch (effect) {
    case 'approve':
      return sell(account, key, amountMinor);
    case 'amount_changed':
      return sell(account, key, lessThan(amountMinor));
    case 'authorize':
      return account.write({ ...authorization, state: 'succeeded' });
    case 'decline':
      return account.write({ ...authorization, state: 'failed', reason: 'card-declined' });
    case 'action':
      return account.write({ ...authorization, state: 'requires_action' });
    case 'pending':
    case 'pending_decline':
      return account.write({ ...authorization, state: 'pending', settleAfterMs: pendingMs });
  }
}

async function sell(account: PspAccount, key: string, amountMinor: number): Promise<void> {
  await account.write({ kind: 'authorization', state: 'succeeded', amountMinor, clientReference: key });
  await account.write({ kind: 'capture', state: 'succeeded', amountMinor });
}

export interface Change {
  key?: string;
  amountMinor: number;
  outcome?: 'decline' | 'pending';
  pendingMs: number;
}

export async function capture(account: PspAccount, change: Change): Promise<void> {
  await moveMoney(account, 'capture', account.openMinor, change);
}

export async function refund(account: PspAccount, change: Change): Promise<void> {
  await moveMoney(account, 'refund', account.refundableMinor, change);
}

async function moveMoney(
  account: PspAccount,
  kind: EntryKind,
  availableMinor: number,
  change: Change,
): Promise<void> {
  const { key, amountMinor, outcome, pendingMs } = change;
  const entry = { kind, amountMinor, clientReference: key };
  if (amountMinor > availableMinor)
    await account.write({ ...entry, state: 'failed', reason: 'amount-not-available' });
  else if (outcome === 'decline')
    await account.write({ ...entry, state: 'failed', reason: `${kind}-declined` });
  else if (outcome === 'pending')
    await account.write({ ...entry, state: 'pending', settleAfterMs: pendingMs });
  else await account.write({ ...entry, state: 'succeeded' });
}

/** Releases what is open; of a payment that has not come yet it makes one that never can. */
export async function release(
  account: PspAccount,
  { key, outcome }: Pick<Change, 'key' | 'outcome'>,
  reason?: string,
): Promise<void> {
  const { authorization, openMinor } = account;
  const isSettled = authorization?.state === 'succeeded' && openMinor === 0;
  if (isSettled || outcome === 'decline') {
    const failure = isSettled ? 'nothing-to-void' : 'void-declined';
    return account.write({
      kind: 'void',
      state: 'failed',
      amountMinor: 0,
      clientReference: key,
      reason: failure,
    });
  }
  if (!authorization)
    await account.write({ kind: 'authorization', state: 'failed', amountMinor: 0, reason: 'voided' });
  else if (authorization.state !== 'succeeded' && authorization.state !== 'failed')
    await account.move(authorization, { state: 'failed', reason: 'voided' });
  await account.write({
    kind: 'void',
    state: 'succeeded',
    amountMinor: openMinor,
    clientReference: key,
    reason,
  });
  await account.close();
}

/** What was pending, or waited for the shopper, comes to its end; the sale goes with its authorization. */
export async function settle(account: PspAccount, entry: Entry, isGood: boolean): Promise<void> {
  await account.move(entry, isGood ? { state: 'succeeded' } : { state: 'failed', reason: 'card-declined' });
  if (isGood && entry.kind === 'authorization')
    await account.write({ kind: 'capture', state: 'succeeded', amountMinor: entry.amountMinor });
}
