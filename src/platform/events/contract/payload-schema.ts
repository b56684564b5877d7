import { z } from 'zod';
import type { EventEntry } from '../catalogue.js';
import type { JsonSchema } from './json-schema.js';

/** Its name for good, wherever a copy of it lies. */
const idOf = (type: string): string => `urn:shoppingcart-backend:event:${type}`;

/** The payload's schema for readers: further properties and new values of an enumeration may come and break nobody. */
export function payloadSchema({ type, payload }: EventEntry): JsonSchema {
  const schema = z.toJSONSchema(payload, {
    target: 'draft-7',
    // The schema of what goes in allows further properties, the one of what comes out forbids them.
    io: 'input',
    override: ({ jsonSchema }) => open(jsonSchema as JsonSchema),
  });
  return { $id: idOf(type), title: type, ...(JSON.parse(JSON.stringify(schema)) as JsonSchema) };
}

function open(schema: JsonSchema): void {
  if (schema['enum']) {
    schema['x-extensible-enum'] = schema['enum'] as unknown[];
    delete schema['enum'];
  }
  // zod spells out every format as a pattern of its own, which says the same again at length.
  if (schema.format !== undefined) delete schema.pattern;
}
