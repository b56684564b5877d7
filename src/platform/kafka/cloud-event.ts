import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import { type BrokerMessage, type CarriedEvent, eventEntry } from '../events/index.js';
import { UnreadableMessage } from './unreadable-message.js';

/** Longest body that a consumer of ours reads, in bytes; the topics take four times as much. */
export const longestBodyBytes = 1_048_576;

/** An event in CloudEvents 1.0 Kafka binary mode: attributes in headers, the payload alone as value. */
export function toMessage(event: CarriedEvent, prefix: string): Message & { headers: IHeaders } {
  return {
    key: event.key,
    value: JSON.stringify(event.payload),
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: event.type,
      ce_source: `urn:shop:${prefix}`,
      ce_subject: event.aggregateId,
      ce_time: event.occurredAt.toISOString(),
      ce_sequence: String(event.sequence),
      'content-type': 'application/json',
      ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
      ...(event.isReplay ? { ce_replay: 'true' } : {}),
    },
  };
}

/** @throws UnreadableMessage for what is no event of the catalogue */
export function toEvent(message: BrokerMessage): CarriedEvent {
  const { headers } = message;
  const entry = eventEntry(headers['ce_type'] ?? '');
  if (!entry)
    throw new UnreadableMessage(
      'UnknownType',
      `no room declares ${headers['ce_type'] ?? 'a message without ce_type'}`,
    );
  const payload = entry.payload.safeParse(bodyOf(message));
  if (!payload.success) throw new UnreadableMessage('WrongSchema', payload.error.message);
  const { id, aggregateId, sequence, occurredAt } = envelopeOf(headers);
  return {
    id,
    aggregateId,
    sequence,
    occurredAt,
    // The entry was found by this type, and its schema's output is what the catalogue names for it.
    type: entry.type as CarriedEvent['type'],
    payload: payload.data as CarriedEvent['payload'],
    aggregateType: entry.aggregateType,
    topic: entry.topic,
    key: message.key ?? '',
    traceparent: headers['traceparent'],
    isReplay: headers['ce_replay'] === 'true',
  };
}

/** What the library read, in plain words; of a header that came several times, the last. */
export function toBrokerMessage(topic: string, partition: number, message: KafkaMessage): BrokerMessage {
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [
    name,
    String(Array.isArray(value) ? value.at(-1) : (value ?? '')),
  ]);
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString() ?? null,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: message.value,
  };
}

function bodyOf({ body }: BrokerMessage): unknown {
  if (body === null) throw new UnreadableMessage('Tombstone', 'the message has no body');
  if (body.length > longestBodyBytes)
    throw new UnreadableMessage('TooLarge', `${body.length} bytes, wanted: at most ${longestBodyBytes}`);
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    // The parser's own words quote the body, which may hold anything.
    throw new UnreadableMessage('NotJson', 'the body is not JSON');
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const positiveInt = /^[1-9][0-9]{0,9}$/;

/** Of PostgreSQL's `int`. */
const largestSequence = 2_147_483_647;

/** Four digits of a year, as RFC 3339 has them. */
const isWithin = (time: Date): boolean =>
  time.getTime() >= Date.parse('0001-01-01T00:00:00Z') && time.getTime() < Date.parse('9999-12-31T00:00:00Z');

function envelopeOf(headers: BrokerMessage['headers']) {
  const {
    ce_id: id = '',
    ce_subject: aggregateId = '',
    ce_sequence: sequence = '',
    ce_time: time = '',
  } = headers;
  const occurredAt = new Date(time);
  const isWhole =
    uuid.test(id) && aggregateId !== '' && positiveInt.test(sequence) && Number(sequence) <= largestSequence;
  if (!isWhole || !isWithin(occurredAt))
    throw new UnreadableMessage(
      'WrongEnvelope',
      'wanted: ce_id (UUID), ce_subject, ce_sequence (1 to 2147483647), ce_time (RFC 3339)',
    );
  return { id, aggregateId, sequence: Number(sequence), occurredAt };
}
