import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { Transaction } from '../database/transaction.js';
import { requiredEntry, type EventType } from './catalogue.js';
import type { NewEvent } from './domain-event.js';
import { countCommitted } from './event-metrics.js';
import { IdentifiedEvent, OutboxRepository } from './outbox.repository.js';
import { RelaySignal } from './relay-signal.js';

/** One statement is enough for any order; an import's hundred thousand events would outlast the statement timeout in one. */
const rowsPerStatement = 5000;

/** LAW: no state change without its event, no event without its change. */
@Injectable()
export class Outbox {
  /** By the transaction's manager; `written` once its events went to the table. */
  private readonly waiting = new WeakMap<object, IdentifiedEvent[] | 'written'>();

  constructor(
    private readonly transaction: Transaction,
    private readonly repository: OutboxRepository,
    private readonly signal: RelaySignal,
  ) {}

  /**
   * Keeps the events for the running transaction, which writes all of them in one statement before it commits.
   * @throws Error outside a transaction, for a type nobody declared, and for a payload that breaks its schema
   */
  add<T extends EventType>(...events: NewEvent<T>[]): void {
    if (!this.transaction.isRunning)
      throw new Error(`outbox.add(${events[0]?.type ?? ''}) needs a running transaction`);
    const manager = this.transaction.manager;
    const kept = this.waiting.get(manager) ?? [];
    if (kept === 'written')
      throw new Error('outbox.add after the events of the transaction were written would lose the event');
    this.waiting.set(manager, kept);
    for (const event of events) kept.push({ id: uuidv7(), event: checked(event) });
    this.transaction.beforeCommit(this, () => this.write(manager));
  }

  private async write(manager: object): Promise<void> {
    const rows = this.waiting.get(manager);
    if (!Array.isArray(rows)) return;
    this.waiting.set(manager, 'written');
    if (rows.length === 0) return;
    for (let at = 0; at < rows.length; at += rowsPerStatement)
      await this.repository.insert(rows.slice(at, at + rowsPerStatement));
    this.transaction.afterCommit(() => {
      const events = rows.map((row) => row.event);
      countCommitted(events);
      this.signal.wake();
    });
  }
}

/** Only what the catalogue names leaves the room; in production too, because a payload that no consumer can read is found here or nowhere (600 events: under 3 ms). */
function checked<T extends EventType>(event: NewEvent<T>): NewEvent<T> {
  const result = requiredEntry(event.type).payload.safeParse(event.payload);
  if (!result.success)
    throw new Error(`the payload of ${event.type} breaks its schema: ${result.error.message}`);
  // The entry's schema is the one whose output the catalogue names for this type.
  return { ...event, payload: result.data as NewEvent<T>['payload'] };
}
