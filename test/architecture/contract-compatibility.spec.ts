import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { allEvents } from '../../src/platform/events/catalogue.js';
import {
  type AsyncApiDocument,
  asyncApiDocument,
  type Message,
} from '../../src/platform/events/contract/asyncapi-document.js';
import type { JsonSchema } from '../../src/platform/events/contract/json-schema.js';
import { payloadSchema } from '../../src/platform/events/contract/payload-schema.js';
import { breaksOfContract } from '../support/contract-compatibility.js';

const read = (path: string): unknown => JSON.parse(readFileSync(join('contracts', path), 'utf8'));
const released = read('released/asyncapi.json') as AsyncApiDocument;

/** A contract with one topic and one event, for rules that the real one has no case of. */
const schema: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    count: { type: 'integer', minimum: 0, maximum: 10 },
    colour: { type: 'string', enum: ['red', 'blue'] },
    status: { type: 'string', 'x-extensible-enum': ['open'] },
    note: { type: 'string', pattern: '^[a-z]+$' },
    lines: {
      type: 'array',
      items: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },
    },
  },
  required: ['id', 'count'],
};
const channel = {
  address: '{prefix}.things',
  title: '',
  description: '',
  messages: { 'thing.moved': { $ref: '#/components/messages/thing.moved' } },
  bindings: {
    kafka: { partitions: 12, topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': 1000 } },
  },
};
const kept = channel.bindings.kafka.topicConfiguration;
const message: Message = {
  name: 'thing.moved',
  title: '',
  summary: '',
  contentType: 'application/json',
  headers: { type: 'object', properties: { ce_id: { type: 'string' } }, required: ['ce_id'] },
  payload: { $ref: '#/components/schemas/thing.moved' },
  bindings: { kafka: { key: { type: 'string', 'x-payload-property': 'id' } } },
  'x-subject': ['id'],
};
const contractOf = (
  parts: { channels?: object; message?: object; payload?: object; prefix?: string } = {},
): AsyncApiDocument => ({
  asyncapi: '3.0.0',
  info: { title: '', version: '1', description: '', license: {} },
  channels: { things: { ...channel, ...parts.channels } },
  components: {
    parameters: { prefix: { default: parts.prefix ?? 'shop', description: '' } },
    messages: { 'thing.moved': { ...message, ...parts.message } },
    schemas: { 'thing.moved': { ...schema, ...parts.payload } },
  },
});
const keeping = (topicConfiguration: object) => ({
  channels: { bindings: { kafka: { partitions: 12, topicConfiguration } } },
});
const withProperty = (name: string, property: JsonSchema) => ({
  payload: { properties: { ...schema.properties, [name]: property } },
});
const without = (name: string) => {
  const { [name]: _removed, ...properties } = schema.properties ?? {};
  return { payload: { properties } };
};
const sku = (item: JsonSchema): JsonSchema => ({ type: 'array', items: item });
const elsewhere = {
  things: { ...channel, messages: {} },
  others: { ...channel, address: '{prefix}.others' },
};

describe('the contract of the events', () => {
  it('breaks no consumer of the last release', async () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.events.ts'),
    );
    for (const file of files) await import(resolve('src', file));
    expect(breaksOfContract(released, asyncApiDocument(allEvents()))).toEqual([]);
    for (const event of allEvents()) {
      const file = `released/schemas/${event.type}.json`;
      // What is new since the release has no schema there.
      if (existsSync(join('contracts', file)))
        expect(payloadSchema(event).$id).toBe((read(file) as JsonSchema).$id);
    }
  });
});

describe('the gate between two contracts', () => {
  it.each([
    [
      'a topic that is gone',
      { channels: { address: '{prefix}.stuff' } },
      'The topic {prefix}.things is gone.',
    ],
    [
      'another number of partitions',
      { channels: { bindings: { kafka: { partitions: 6, topicConfiguration: kept } } } },
      'The topic {prefix}.things had 12 partitions and has 6.',
    ],
    [
      'another clean-up',
      keeping({ ...kept, 'cleanup.policy': ['compact'] }),
      'The topic {prefix}.things had the cleanup policy delete and has compact.',
    ],
    [
      'a shorter time for which messages are kept',
      keeping({ ...kept, 'retention.ms': 999 }),
      'The topic {prefix}.things kept messages for 1000 ms and keeps them for 999 ms.',
    ],
    ['other names of all topics', { prefix: 'store' }, 'The topics began with shop and begin with store.'],
    [
      'another key',
      { message: { bindings: { kafka: { key: { 'x-payload-property': 'note' } } } } },
      'The key of thing.moved was id and is note.',
    ],
    [
      'another subject',
      { message: { 'x-subject': ['id', 'note'] } },
      'The subject of thing.moved was id and is id@note.',
    ],
    [
      'another content type',
      { message: { contentType: 'application/avro' } },
      'The content type of thing.moved was application/json and is application/avro.',
    ],
    [
      'a header that is gone',
      { message: { headers: { type: 'object', properties: {} } } },
      'thing.moved headers has no property ce_id any more.',
    ],
    ['a property that is gone', without('note'), 'thing.moved has no property note any more.'],
    [
      'a required property that may be left out',
      { payload: { required: ['id'] } },
      'thing.moved may come without its property count.',
    ],
    [
      'another type',
      withProperty('count', { type: 'string' }),
      'thing.moved/count was ["integer"] and is ["string"].',
    ],
    [
      'another format',
      withProperty('id', { type: 'string', format: 'uri' }),
      'thing.moved/id had the format uuid and has uri.',
    ],
    [
      'null where there was none',
      withProperty('status', { type: ['string', 'null'] }),
      'thing.moved/status may now be null.',
    ],
    [
      'null by a choice',
      withProperty('status', { anyOf: [{ type: 'string' }, { type: 'null' }] }),
      'thing.moved/status may now be null.',
    ],
    [
      'a value outside a closed list',
      withProperty('colour', { type: 'string', enum: ['red', 'blue', 'green'] }),
      'thing.moved/colour may now be green, outside its closed list.',
    ],
    [
      'a closed list that was opened',
      withProperty('colour', { type: 'string' }),
      'thing.moved/colour had a closed list of values and has none.',
    ],
    [
      'a lower bound that was loosened',
      withProperty('count', { type: 'integer', minimum: -1, maximum: 10 }),
      'thing.moved/count had the minimum 0 and has -1.',
    ],
    [
      'an upper bound that was dropped',
      withProperty('count', { type: 'integer', minimum: 0 }),
      'thing.moved/count had the maximum 10 and has none.',
    ],
    [
      'a value that an open list no longer names',
      withProperty('status', { type: 'string', 'x-extensible-enum': ['opened'] }),
      'thing.moved/status does not name open among its values any more.',
    ],
    [
      'another choice of schemas',
      withProperty('note', { anyOf: [{ type: 'string' }, { type: 'integer' }] }),
      'thing.moved/note is another choice of schemas.',
    ],
    [
      'items that may be anything',
      withProperty('lines', { type: 'array' }),
      'thing.moved/lines does not say any more what its items are.',
    ],
    [
      'another pattern',
      withProperty('note', { type: 'string' }),
      'thing.moved/note had the pattern ^[a-z]+$ and has none.',
    ],
    [
      'a break inside a list',
      withProperty('lines', sku({ type: 'object', properties: {}, required: [] })),
      'thing.moved/lines/* has no property sku any more.',
    ],
    [
      'a keyword that it does not know',
      withProperty('lines', { ...schema.properties?.['lines'], uniqueItems: true }),
      'thing.moved/lines has another uniqueItems, which no rule of the gate can judge.',
    ],
  ])('finds %s', (_what, change, sentence) => {
    expect(breaksOfContract(contractOf(), contractOf(change))).toContain(sentence);
  });

  it('finds an event that is gone, and one that moved to another topic', () => {
    const gone = { ...contractOf(), components: { ...contractOf().components, messages: {}, schemas: {} } };
    expect(breaksOfContract(contractOf(), gone)).toEqual(['The event thing.moved is not told any more.']);
    const moved = { ...contractOf(), channels: elsewhere };
    const sentence = 'The event thing.moved is no longer on the topic {prefix}.things.';
    expect(breaksOfContract(contractOf(), moved)).toEqual([sentence]);
  });

  it.each([
    ['nothing', {}],
    ['a new optional property', withProperty('size', { type: 'integer' })],
    [
      'a new required property',
      {
        payload: { ...withProperty('size', { type: 'integer' }).payload, required: ['id', 'count', 'size'] },
      },
    ],
    ['an optional property that is now required', { payload: { required: ['id', 'count', 'note'] } }],
    [
      'a new value of an open enumeration',
      withProperty('status', { type: 'string', 'x-extensible-enum': ['open', 'shut'] }),
    ],
    ['a bound that is tighter', withProperty('count', { type: 'integer', minimum: 1, maximum: 9 })],
    ['a closed list that is shorter', withProperty('colour', { type: 'string', enum: ['red'] })],
    ['another text', withProperty('id', { type: 'string', format: 'uuid', description: 'who it is' })],
    [
      'a new header',
      { message: { headers: { ...message.headers, properties: { ce_id: { type: 'string' }, ce_new: {} } } } },
    ],
  ])('lets pass %s', (_what, change) => {
    expect(breaksOfContract(contractOf(), contractOf(change))).toEqual([]);
  });

  it('lets pass a new event and a new topic', () => {
    const { channels, components, ...rest } = contractOf();
    const grown: AsyncApiDocument = {
      ...rest,
      channels: { ...channels, others: { ...channel, address: '{prefix}.others', messages: {} } },
      components: { ...components, messages: { ...components.messages, 'thing.stopped': message } },
    };
    expect(breaksOfContract(contractOf(), grown)).toEqual([]);
  });
});
