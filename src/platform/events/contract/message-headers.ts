import type { EventEntry } from '../catalogue.js';
import type { JsonSchema } from './json-schema.js';

/** Headers of every message: CloudEvents 1.0, binary mode of its Kafka protocol binding, all of them UTF-8 text. */
export const messageHeaders = {
  type: 'object',
  properties: {
    ce_specversion: { type: 'string', const: '1.0', description: 'version of CloudEvents' },
    ce_id: {
      type: 'string',
      format: 'uuid',
      description:
        'id of the event, the same each time that it is delivered: keep it and pass over what you have',
    },
    ce_type: { type: 'string', description: 'name of the event; pass over those that you do not know' },
    ce_source: {
      type: 'string',
      format: 'uri',
      description: '`urn:shop:` and the prefix of the topics: which shop tells it',
    },
    ce_subject: { type: 'string', description: 'id of the aggregate that changed' },
    ce_time: { type: 'string', format: 'date-time', description: 'when the change was written' },
    ce_sequence: {
      type: 'string',
      pattern: '^[1-9][0-9]*$',
      description:
        'version of the aggregate after the change: 1, 2, 3 … without a gap per `ce_subject`; compare it as a number',
    },
    ce_replay: {
      type: 'string',
      const: 'true',
      description: 'only on what was published before and is told again',
    },
    traceparent: {
      type: 'string',
      pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
      description: 'W3C trace context of the request that caused it',
    },
    'content-type': { type: 'string', const: 'application/json' },
  },
  required: [
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_subject',
    'ce_time',
    'ce_sequence',
    'content-type',
  ],
} satisfies JsonSchema;

/** The headers that come with an event's example. */
export function exampleHeaders({ type, subject, example }: EventEntry): Record<string, string> {
  const payload = new Map(Object.entries(Object(example) as Record<string, unknown>));
  return {
    ce_specversion: '1.0',
    ce_id: '019a0c5e-7c00-7000-8000-000000000001',
    ce_type: type,
    ce_source: 'urn:shop:shop',
    ce_subject: subject.map((name) => String(payload.get(name))).join('@'),
    ce_time: '2026-11-24T10:30:00.000Z',
    ce_sequence: String(payload.get('version')),
    'content-type': 'application/json',
  };
}
