import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AsyncApiDocument } from '../../src/platform/events/contract/asyncapi-document.js';
import type { JsonSchema } from '../../src/platform/events/contract/json-schema.js';

/** An event as it was told, by whatever transport. */
export interface ToldEvent {
  type: string;
  topic?: string;
  key?: string;
  subject: string;
  sequence: number;
  payload: unknown;
}

/** The contract as it is committed; a test of its own holds it against the catalogue. */
export const committedContract = (): AsyncApiDocument => readJson('asyncapi.json') as AsyncApiDocument;

export const committedSchema = (type: string): JsonSchema => readJson(`schemas/${type}.json`) as JsonSchema;

/** What readers of the contract would stumble over; nothing for events that only tests declare. */
export function breachesOf(event: ToldEvent): string[] {
  if (event.type.startsWith('probe.')) return [];
  const message = contract().components.messages[event.type];
  if (!message) return [`${event.type} is not in the contract`];
  const breaches = schemaBreaches(validatorOf(event.type), event.payload);
  const payload = new Map(Object.entries(Object(event.payload) as Record<string, unknown>));
  const compare = (what: string, told: unknown, wanted: unknown): void => {
    if (told !== wanted) breaches.push(`${what} is ${String(told)}, by its payload ${String(wanted)}`);
  };
  compare('sequence', event.sequence, payload.get('version'));
  compare('subject', event.subject, message['x-subject']?.map((name) => payload.get(name)).join('@'));
  if (event.key !== undefined)
    compare('key', event.key, payload.get(String(message.bindings.kafka.key['x-payload-property'])));
  if (event.topic !== undefined && !contract().channels[event.topic]?.messages[event.type])
    breaches.push(`it has no place on the topic ${event.topic}`);
  return breaches.map((breach) => `${event.type} ${event.subject} ${event.sequence}: ${breach}`);
}

type Headers = Record<string, Buffer | string | (Buffer | string)[] | undefined>;

/**
 * Holds a message as it came from a topic against the contract: its CloudEvents headers, and its payload.
 * @throws Error with all that is wrong with it
 */
export function validateMessage(headers: Headers, value: Buffer | string | null): void {
  const texts = Object.fromEntries(
    Object.entries(headers)
      .filter(([, header]) => header !== undefined)
      .map(([name, header]) => [name, String(header)]),
  );
  const event = {
    type: texts['ce_type'] ?? '',
    subject: texts['ce_subject'] ?? '',
    sequence: Number(texts['ce_sequence']),
    payload: value === null ? undefined : (JSON.parse(String(value)) as unknown),
  };
  refuse([...schemaBreaches(headersValidator(), texts), ...breachesOf(event)]);
}

/** @throws Error where there is a breach; of many, the first twenty are enough to see what is wrong */
export function refuse(breaches: readonly string[]): void {
  if (breaches.length > 0)
    throw new Error(`events break the contract in contracts/:\n${breaches.slice(0, 20).join('\n')}`);
}

/** Knows the words that the contract adds to JSON Schema, and no others: a keyword that is misspelt would check nothing. */
export function contractValidator(): Ajv {
  const ajv = addFormats(new Ajv({ allErrors: true, strict: true }));
  return ajv.addVocabulary(['x-extensible-enum', 'x-payload-property']);
}

const ajv = contractValidator();
const validators = new Map<string, ValidateFunction>();
let parsed: AsyncApiDocument | undefined;

const contract = (): AsyncApiDocument => (parsed ??= committedContract());
const validatorOf = (type: string): ValidateFunction => compiled(type, () => committedSchema(type));
const headersValidator = (): ValidateFunction =>
  compiled('headers', () => contract().components.schemas['headers'] ?? false);

function compiled(name: string, read: () => JsonSchema | boolean): ValidateFunction {
  const known = validators.get(name) ?? ajv.compile(read());
  validators.set(name, known);
  return known;
}

function schemaBreaches(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath || '/'} ${message}`);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(process.cwd(), 'contracts', path), 'utf8'));
}
