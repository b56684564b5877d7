import type { IHeaders, Message } from 'kafkajs';
import { type BrokerMessage, type DeadLetter, keptBodyBytes } from '../events/index.js';
import { toMessage } from './cloud-event.js';

/** Bytes of all headers together; with body and key the letter stays below what its topic takes, whatever came. */
const keptHeaderBytes = 1_048_576;

/** Bytes of an error's text in a header. */
const errorBytes = 2000;

/** The message as it came, as far as there is room, with headers that say why it died and where it came from. */
export function letterMessage(letter: DeadLetter, prefix: string): Message {
  const { consumer, reason, error, tries, message } = letter;
  const { key, value, headers } = original(letter, prefix);
  return {
    key: cut(key),
    value: cut(value),
    headers: {
      ...keptHeaders(headers),
      dlq_consumer: consumer,
      dlq_reason: reason,
      dlq_error: error.slice(0, errorBytes),
      dlq_tries: String(tries),
      dlq_died_at: new Date().toISOString(),
      ...(message ? sourceOf(message) : {}),
    },
  };
}

/** Of a key and of each header as much as of a body. */
const cut = (part: Buffer | string | null | undefined): Buffer | null =>
  part === null || part === undefined ? null : Buffer.from(part).subarray(0, keptBodyBytes);

function keptHeaders(headers: IHeaders = {}): IHeaders {
  let room = keptHeaderBytes;
  const kept = Object.entries(headers).flatMap(([name, value]) => {
    const shortened = cut(String(value)) ?? '';
    room -= Buffer.byteLength(name) + shortened.length;
    return room < 0 ? [] : [[name, shortened] as const];
  });
  return Object.fromEntries(kept);
}

function original({ message, event }: DeadLetter, prefix: string): Message {
  if (message) return { key: message.key, value: message.body, headers: message.headers };
  if (event) return toMessage(event, prefix);
  throw new Error('a dead letter has a message or an event');
}

const sourceOf = ({ topic, partition, offset }: BrokerMessage) => ({
  dlq_source_topic: topic,
  dlq_source_partition: String(partition),
  dlq_source_offset: offset,
});
