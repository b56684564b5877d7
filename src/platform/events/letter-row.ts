import type { BrokerMessage, DeadLetter } from './dead-letter.js';
import { type CarriedRow, toCarriedEvent } from './outbox-event.js';

/** A row of `events.dead_letter`: the event's columns are all null where none could be read. */
export interface LetterRow {
  id: string;
  consumer: string;
  event_id: string | null;
  type: string | null;
  aggregateid: string | null;
  sequence: number | null;
  key: string | null;
  payload: unknown;
  headers: Record<string, string> | null;
  body: Buffer | null;
  is_truncated: boolean;
  source_topic: string | null;
  source_partition: number | null;
  source_offset: number | null;
  reason: string;
  error: string;
  tries: number;
  died_at: Date;
  redrive_requested_at: Date | null;
}

export function eventOf(row: LetterRow): DeadLetter['event'] {
  if (row.event_id === null) return undefined;
  // An event's columns are written together, and they have the outbox's names.
  return toCarriedEvent({ ...(row as unknown as CarriedRow), id: row.event_id });
}

export function sourceOf(row: LetterRow): Pick<BrokerMessage, 'topic' | 'partition' | 'offset'> | undefined {
  if (row.source_topic === null || row.source_partition === null) return undefined;
  return { topic: row.source_topic, partition: row.source_partition, offset: String(row.source_offset) };
}

export function messageOf(row: LetterRow): BrokerMessage | undefined {
  const source = sourceOf(row);
  return source && { ...source, key: row.key, headers: row.headers ?? {}, body: row.body };
}
