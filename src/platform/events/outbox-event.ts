import type { EventCatalogue, EventType } from './catalogue.js';
import type { DomainEvent } from './domain-event.js';

/** An event on its way to listeners, whatever carries it. */
export interface CarriedEvent extends DomainEvent {
  aggregateType: string;
  topic: string;
}

/** A row of the outbox. */
export interface OutboxEvent extends CarriedEvent {
  /** Rises with the order of adding inside a transaction; across transactions it only keeps the order of one aggregate. */
  position: number;
}

/** The columns that `toOutboxEvent` reads, for a select from `events.outbox` under the name `outbox`. */
export const outboxColumns = [
  'id',
  'type',
  'aggregatetype',
  'aggregateid',
  'sequence',
  'key',
  'topic',
  'payload',
  'position',
  'occurred_at',
  'traceparent',
]
  .map((column) => `outbox.${column}`)
  .join(', ');

export interface OutboxRow {
  id: string;
  type: string;
  aggregatetype: string;
  aggregateid: string;
  sequence: number;
  key: string;
  topic: string;
  payload: unknown;
  position: number;
  occurred_at: Date;
  traceparent: string | null;
}

export function toOutboxEvent(row: OutboxRow): OutboxEvent {
  return {
    id: row.id,
    // Rows were checked against the catalogue when they were written; a type of a newer version has no listener here.
    type: row.type as EventType,
    payload: row.payload as EventCatalogue[EventType],
    aggregateType: row.aggregatetype,
    aggregateId: row.aggregateid,
    sequence: row.sequence,
    key: row.key,
    topic: row.topic,
    position: row.position,
    occurredAt: row.occurred_at,
    traceparent: row.traceparent ?? undefined,
    isReplay: false,
  };
}
