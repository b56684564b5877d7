import { uuidv7 } from 'uuidv7';
import type { CarriedEvent } from './outbox-event.js';

/** What came from a broker, before anybody read it. */
export interface BrokerMessage {
  topic: string;
  partition: number;
  /** A 64-bit number. */
  offset: string;
  key: string | null;
  headers: Record<string, string>;
  body: Buffer | null;
}

/** What a consumer could not take: an event, or a message that is none of ours, or both where a broker brought the event. */
export interface DeadLetter {
  consumer: string;
  event?: CarriedEvent;
  message?: BrokerMessage;
  /** The error's name. */
  reason: string;
  error: string;
  tries: number;
}

export function failureOf(error: unknown): Pick<DeadLetter, 'reason' | 'error'> {
  if (!(error instanceof Error)) return { reason: 'unknown', error: String(error) };
  return { reason: error.name, error: error.stack ?? error.message };
}

/** What is kept of a message's body, in its row and in its dead letter's message, in bytes. */
export const keptBodyBytes = 65_536;

/** The row of a new letter, as JSON. What came is kept where no event came out of it: else the event says all. */
export function letterRow({ consumer, event, message, reason, error, tries }: DeadLetter): string {
  const row = {
    id: uuidv7(),
    consumer,
    ...(event ? eventColumns(event) : message && messageColumns(message)),
    source_topic: message?.topic,
    source_partition: message?.partition,
    source_offset: message?.offset,
    reason,
    error,
    tries,
  };
  return storable(JSON.stringify({ is_truncated: false, ...row }));
}

const eventColumns = (event: CarriedEvent) => ({
  event_id: event.id,
  type: event.type,
  aggregatetype: event.aggregateType,
  aggregateid: event.aggregateId,
  key: event.key,
  sequence: event.sequence,
  topic: event.topic,
  payload: event.payload,
  occurred_at: event.occurredAt,
  traceparent: event.traceparent,
});

const messageColumns = ({ key, headers, body }: BrokerMessage) => ({
  type: headers['ce_type'],
  key,
  headers,
  body: body && `\\x${body.subarray(0, keptBodyBytes).toString('hex')}`,
  is_truncated: body !== null && body.length > keptBodyBytes,
});

/** JSON that PostgreSQL takes: it has no place for NUL and half characters in text, and a letter that cannot be kept would hold its key for ever. */
export const storable = (json: string): string =>
  json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\ufffd');
