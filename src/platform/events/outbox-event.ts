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

export interface CarriedRow {
  id: string;
  type: string;
  aggregatetype: string;
  aggregateid: string;
  sequence: number;
  key: string;
  topic: string;
  payload: unknown;
  occurred_at: Date;
  traceparent: string | null;
}

export interface OutboxRow extends CarriedRow {
  position: number;
}

export const toOutboxEvent = (row: OutboxRow): OutboxEvent => ({
  ...toCarriedEvent(row),
  position: row.position,
});

export function toCarriedEvent(row: CarriedRow): CarriedEvent {
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
    occurredAt: row.occurred_at,
    traceparent: row.traceparent ?? undefined,
    isReplay: false,
  };
}
