import type {
  AsyncApiDocument,
  Channel,
  Message,
} from '../../src/platform/events/contract/asyncapi-document.js';
import type { JsonSchema } from '../../src/platform/events/contract/json-schema.js';
import { breaksOfSchema } from './schema-compatibility.js';

/**
 * Every way in which `current` breaks a consumer who was written against `released`, one plain sentence each. New topics,
 * events, properties and values of open enumerations break nobody, since readers pass over what they do not know.
 */
export function breaksOfContract(released: AsyncApiDocument, current: AsyncApiDocument): string[] {
  return [...breaksOfPrefix(released, current), ...breaksOfTopics(released, current)];
}

/** A reader who never heard of the setting knows the topics by their usual names. */
function breaksOfPrefix(released: AsyncApiDocument, current: AsyncApiDocument): string[] {
  const [before, after] = [released, current].map(
    ({ components }) => components.parameters['prefix']?.default,
  );
  return before === after ? [] : [`The topics began with ${before} and begin with ${after}.`];
}

function breaksOfTopics(released: AsyncApiDocument, current: AsyncApiDocument): string[] {
  return Object.values(released.channels).flatMap((channel) => {
    const now = Object.values(current.channels).find(({ address }) => address === channel.address);
    if (!now) return [`The topic ${channel.address} is gone.`];
    return [
      ...breaksOfPartitions(channel, now),
      ...breaksOfKeeping(channel, now),
      ...Object.keys(channel.messages).flatMap((name) =>
        breaksOfEvent(name, channel, { released, current, now }),
      ),
    ];
  });
}

/** Another number of partitions sends later events of a key elsewhere, where they may come before earlier ones. */
function breaksOfPartitions({ address, bindings }: Channel, now: Channel): string[] {
  const [before, after] = [bindings.kafka.partitions, now.bindings.kafka.partitions];
  return before === after ? [] : [`The topic ${address} had ${before} partitions and has ${after}.`];
}

/** A reader that was away for as long as the topic promised must find everything there. */
function breaksOfKeeping({ address, bindings }: Channel, now: Channel): string[] {
  const [before, after] = [bindings.kafka.topicConfiguration, now.bindings.kafka.topicConfiguration];
  const policies = [before, after].map((topic) => String(topic['cleanup.policy']));
  const keptMs = [before, after].map((topic) => Number(topic['retention.ms'] ?? 0));
  return [
    ...(policies[0] === policies[1]
      ? []
      : [`The topic ${address} had the cleanup policy ${policies[0]} and has ${policies[1]}.`]),
    ...((keptMs[1] ?? 0) >= (keptMs[0] ?? 0)
      ? []
      : [`The topic ${address} kept messages for ${keptMs[0]} ms and keeps them for ${keptMs[1]} ms.`]),
  ];
}

interface Comparison {
  released: AsyncApiDocument;
  current: AsyncApiDocument;
  now: Channel;
}

function breaksOfEvent(name: string, { address }: Channel, { released, current, now }: Comparison): string[] {
  const before = released.components.messages[name];
  const after = current.components.messages[name];
  if (!before) return [];
  if (!after) return [`The event ${name} is not told any more.`];
  if (!now.messages[name]) return [`The event ${name} is no longer on the topic ${address}.`];
  return [
    ...breaksOfEnvelope(name, before, after),
    ...breaksOfSchema(`${name} headers`, resolve(released, before.headers), resolve(current, after.headers)),
    ...breaksOfSchema(name, resolve(released, before.payload), resolve(current, after.payload)),
  ];
}

/** By its key a reader has order, by its subject it knows what the sequence counts. */
function breaksOfEnvelope(name: string, before: Message, after: Message): string[] {
  const facts = [
    { what: 'key', of: ({ bindings }: Message) => bindings.kafka.key['x-payload-property'] },
    { what: 'subject', of: (message: Message) => message['x-subject']?.join('@') },
    { what: 'content type', of: ({ contentType }: Message) => contentType },
  ];
  return facts
    .filter(({ of }) => of(before) !== of(after))
    .map(({ what, of }) => `The ${what} of ${name} was ${String(of(before))} and is ${String(of(after))}.`);
}

function resolve({ components }: AsyncApiDocument, schema: Message['payload']): JsonSchema {
  if (typeof schema.$ref !== 'string') return schema;
  return components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {};
}
