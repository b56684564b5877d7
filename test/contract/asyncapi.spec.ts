import { Parser } from '@asyncapi/parser';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import '../../src/app.module.js';
import { allEvents, asyncApiDocument, payloadSchema } from '../../src/platform/events/index.js';
import {
  breachesOf,
  committedContract,
  committedSchema,
  contractValidator,
  validateMessage,
} from '../support/event-contract.js';
import { walk, type Json } from '../support/api-document.js';

const run = promisify(execFile);
const events = allEvents();
const document = committedContract();
const messageOf = (type: string) => document.components.messages[type];

describe('the AsyncAPI document', () => {
  it('that is committed is the one that code has, and so is every schema (else: make asyncapi)', async () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(asyncApiDocument(events))));
    expect(readdirSync('contracts/schemas').sort()).toEqual(events.map(({ type }) => `${type}.json`).sort());
    for (const event of events) expect(committedSchema(event.type)).toEqual(payloadSchema(event));
    const { stdout } = await run(process.execPath, [resolve('dist/cli.js'), 'asyncapi'], {
      cwd: tmpdir(),
      maxBuffer: 10_000_000,
    });
    expect(stdout).toBe(readFileSync('contracts/asyncapi.json', 'utf8'));
  }, 60_000);

  it('is sound to the parser of AsyncAPI', async () => {
    const parsed = await new Parser().parse(JSON.stringify(document));
    const faults = parsed.diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
    expect(faults).toEqual([]);
    expect(parsed.document?.messages().all()).toHaveLength(events.length + 1);
  }, 60_000);

  it('tells every event of the catalogue, on the topic of its room and with a sentence', () => {
    for (const { type, topic } of events) {
      expect(Object.keys(document.channels[topic]?.messages ?? {})).toContain(type);
      expect(messageOf(type)?.summary).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('has topics of 12 partitions that say how long messages stay', () => {
    for (const { topic } of events)
      expect(document.channels[topic]?.bindings.kafka).toMatchObject({
        partitions: 12,
        topicConfiguration: { 'retention.ms': 604_800_000, 'max.message.bytes': 4_194_304 },
      });
  });

  it('leaves payloads open to new properties and to new values', () => {
    const closed = ['enum', 'const', 'additionalProperties', 'propertyNames', 'maxProperties'];
    for (const event of events)
      // The schema is parsed JSON.
      for (const { at, node } of walk(payloadSchema(event) as Json, event.type))
        expect([at, closed.filter((keyword) => keyword in node)]).toEqual([at, []]);
  });

  it('names no person: no property of any payload holds personal data', () => {
    const personal = /e-?mail|phone|address|^name$|customer|city|postal|street|note/i;
    const named = events.flatMap((event) =>
      [...walk(payloadSchema(event) as Json, event.type)].flatMap(({ node }) =>
        Object.keys(Object(node['properties']) as object)
          .filter((property) => personal.test(property))
          .map((property) => `${event.type} ${property}`),
      ),
    );
    // The name of an item is no person's.
    expect(named).toEqual(['item.changed name', 'item.created name']);
  });
});

describe.each(events)('the example of $type', ({ type, topic, example }) => {
  it('keeps the contract, headers and key included', () => {
    const { headers = {}, payload } = messageOf(type)?.examples?.[0] ?? {};
    expect(payload).toEqual(example);
    expect(() => validateMessage(headers, JSON.stringify(payload))).not.toThrow();
    const told = {
      type,
      topic,
      subject: headers['ce_subject'] ?? '',
      sequence: Number(headers['ce_sequence']),
    };
    expect(breachesOf({ ...told, payload })).toEqual([]);
  });

  it('has only properties that its schema names', () => {
    const closed = JSON.parse(
      JSON.stringify(committedSchema(type)).replaceAll(
        '"type":"object"',
        '"type":"object","additionalProperties":false',
      ),
    ) as object;
    const validate = contractValidator().compile(closed);
    expect([validate(example), validate.errors]).toEqual([true, null]);
  });
});
