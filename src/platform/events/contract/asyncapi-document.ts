import type { EventEntry, Topic } from '../catalogue.js';
import { deadLetterMessage } from './dead-letter-message.js';
import type { JsonSchema } from './json-schema.js';
import { exampleHeaders, messageHeaders } from './message-headers.js';
import { payloadSchema } from './payload-schema.js';
import { topicMessageBytes, topicPartitions, topicRetentionMs, topicTexts } from './topics.js';

type Reference = { $ref: string };

export interface Channel {
  address: string;
  title: string;
  description: string;
  messages: Record<string, Reference>;
  bindings: { kafka: { partitions: number; topicConfiguration: Record<string, unknown> } };
}

export interface Message {
  name: string;
  title: string;
  summary: string;
  contentType: string;
  headers: JsonSchema;
  payload: JsonSchema;
  bindings: { kafka: { key: JsonSchema } };
  /** Properties of the payload that, joined by `@`, are `ce_subject`. */
  'x-subject'?: readonly string[];
  examples?: { name: string; headers: Record<string, string>; payload: unknown }[];
}

export interface AsyncApiDocument {
  asyncapi: string;
  info: { title: string; version: string; description: string; license: object };
  channels: Record<string, Channel>;
  components: {
    parameters: Record<string, { default: string; description: string }>;
    messages: Record<string, Message>;
    schemas: Record<string, JsonSchema>;
  };
  [part: string]: unknown;
}

const description = `What happened in the shop, for other back ends, written from the side of those who read it: an operation says what a consumer receives.

Every message is a CloudEvent 1.0 in binary mode: headers say what it is, the value is the payload as JSON. It is delivered at least once; keep \`ce_id\` to have its effect once. The events of one \`ce_subject\` come in the order of \`ce_sequence\`: 1, 2, 3 …; a repeated one may come late. New events, new properties and new values of what is marked \`x-extensible-enum\` may come at any time: pass over what you do not know.`;

const bindingVersion = '0.5.0';
const refer = (path: string): Reference => ({ $ref: `#/${path}` });

/** The contract of the events for whoever reads them from Kafka; `contracts/asyncapi.json` is its committed copy. */
export function asyncApiDocument(events: readonly EventEntry[]): AsyncApiDocument {
  const topics = Object.keys(topicTexts) as Topic[];
  const ofTopics = topics.map((topic) => [topic, events.filter((event) => event.topic === topic)] as const);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of the shopping cart back end',
      version: '1.0.0',
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{host}:{port}',
        protocol: 'kafka',
        description: 'the brokers of the setting KAFKA_BROKERS',
        variables: { host: { default: 'localhost' }, port: { default: '9092' } },
      },
    },
    channels: {
      ...Object.fromEntries(ofTopics.map(([topic, ofTopic]) => [topic, channelOf(topic, ofTopic)])),
      'dead-letters': deadLetters,
    },
    operations: Object.fromEntries(
      [...topics, 'dead-letters'].map((channel) => [`receive-${channel}`, receive(channel)]),
    ),
    components: {
      parameters: { prefix: { default: 'shop', description: 'the setting EVENT_PREFIX of the shop' } },
      messages: {
        ...Object.fromEntries(events.map((event) => [event.type, messageOf(event)])),
        [deadLetterMessage.name]: deadLetterMessage,
      },
      schemas: {
        headers: messageHeaders,
        ...Object.fromEntries(events.map((event) => [event.type, payloadSchema(event)])),
      },
    },
  };
}

function channelOf(topic: Topic, events: readonly EventEntry[]): Channel {
  const { title, text } = topicTexts[topic];
  const messages = events.map(({ type }) => type);
  return topicChannel(topic, title, text, messages);
}

const deadLetters = topicChannel(
  'dead-letters',
  'Dead letters',
  'What consumers of the shop could not take. Yours have no part in it, but may use the same headers in a topic of their own.',
  [deadLetterMessage.name],
);

function topicChannel(name: string, title: string, text: string, messages: string[]): Channel {
  const topicConfiguration = {
    'cleanup.policy': ['delete'],
    'retention.ms': topicRetentionMs,
    'max.message.bytes': topicMessageBytes,
  };
  const parts = {
    address: `{prefix}.${name}`,
    title,
    description: text,
    parameters: { prefix: refer('components/parameters/prefix') },
    messages: Object.fromEntries(messages.map((type) => [type, refer(`components/messages/${type}`)])),
  };
  return {
    ...parts,
    bindings: { kafka: { partitions: topicPartitions, topicConfiguration, ...{ bindingVersion } } },
  };
}

function receive(channel: string): object {
  return {
    action: 'receive',
    channel: refer(`channels/${channel}`),
    summary: `What comes on the topic {prefix}.${channel}`,
  };
}

function messageOf(event: EventEntry): Message {
  const { type, topic, key, subject, payload, example } = event;
  return {
    name: type,
    title: type,
    summary: payload.description ?? '',
    contentType: 'application/json',
    headers: refer('components/schemas/headers'),
    payload: refer(`components/schemas/${type}`),
    bindings: {
      kafka: {
        key: {
          type: 'string',
          description: `${topicTexts[topic].key}: \`${key}\` of the payload`,
          'x-payload-property': key,
        },
        ...{ bindingVersion },
      },
    },
    'x-subject': subject,
    examples: [{ name: type, headers: exampleHeaders(event), payload: example }],
  };
}
