import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from '../../src/platform/events/contract/json-schema.js';

/** One way in which a schema may break who reads by the one before; answers what is broken, in words that follow the place. */
type Rule = (before: JsonSchema, after: JsonSchema) => string[];

const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];

const typeChanged: Rule = (before, after) =>
  isDeepStrictEqual(typesOf(before), typesOf(after))
    ? []
    : [`was ${say(typesOf(before))} and is ${say(typesOf(after))}`];

const nullabilityAdded: Rule = (before, after) =>
  isNullable(after) && !isNullable(before) ? ['may now be null'] : [];

const formatChanged: Rule = (before, after) =>
  before.format !== undefined && before.format !== after.format
    ? [`had the format ${before.format} and has ${after.format ?? 'none'}`]
    : [];

const boundLoosened: Rule = (before, after) =>
  [
    ...lowerBounds.filter((bound) => boundOf(after, bound, -Infinity) < boundOf(before, bound, -Infinity)),
    ...upperBounds.filter((bound) => boundOf(after, bound, Infinity) > boundOf(before, bound, Infinity)),
  ].map((bound) => `had the ${bound} ${say(before[bound])} and has ${say(after[bound] ?? 'none')}`);

const closedEnumerationWidened: Rule = (before, after) => {
  const known = before['enum'] as unknown[] | undefined;
  if (!known) return [];
  const now = after['enum'] as unknown[] | undefined;
  if (!now) return ['had a closed list of values and has none'];
  return now
    .filter((value) => !known.includes(value))
    .map((value) => `may now be ${say(value)}, outside its closed list`);
};

/** More values break nobody; one that is no longer said, or has another name, does. */
const openValueLost: Rule = (before, after) => {
  const now = (after['x-extensible-enum'] ?? after['enum'] ?? []) as unknown[];
  return (before['x-extensible-enum'] ?? [])
    .filter((value) => !now.includes(value))
    .map((value) => `does not name ${say(value)} among its values any more`);
};

const unionChanged: Rule = (before, after) =>
  isDeepStrictEqual(before['anyOf'], after['anyOf']) ? [] : ['is another choice of schemas'];

const itemsLost: Rule = (before, after) =>
  before.items && !after.items ? ['does not say any more what its items are'] : [];

const constantOrPatternChanged: Rule = (before, after) =>
  ['const', 'pattern']
    .filter((keyword) => before[keyword] !== undefined && before[keyword] !== after[keyword])
    .map((keyword) => `had the ${keyword} ${say(before[keyword])} and has ${say(after[keyword] ?? 'none')}`);

const propertyRemoved: Rule = (before, after) =>
  Object.keys(before.properties ?? {})
    .filter((name) => after.properties?.[name] === undefined)
    .map((name) => `has no property ${name} any more`);

const requiredLost: Rule = (before, after) =>
  (before.required ?? [])
    .filter((name) => after.properties?.[name] !== undefined && !after.required?.includes(name))
    .map((name) => `may come without its property ${name}`);

/** What the rules above judge, and what only speaks to people. */
const judged = new Set([
  ...[
    'type',
    'anyOf',
    'format',
    'enum',
    'const',
    'pattern',
    'properties',
    'required',
    'items',
    ...lowerBounds,
    ...upperBounds,
  ],
  ...['$id', '$schema', 'title', 'description', 'examples', 'x-extensible-enum', 'x-payload-property'],
]);

/** A keyword that no rule knows is a break until somebody writes the rule. */
const unknownKeywordChanged: Rule = (before, after) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((keyword) => !judged.has(keyword) && !isDeepStrictEqual(before[keyword], after[keyword]))
    .map((keyword) => `has another ${keyword}, which no rule of the gate can judge`);

const rules = [
  ...[typeChanged, nullabilityAdded, formatChanged, boundLoosened, closedEnumerationWidened, openValueLost],
  ...[
    constantOrPatternChanged,
    propertyRemoved,
    requiredLost,
    unionChanged,
    itemsLost,
    unknownKeywordChanged,
  ],
];

/** Every way in which `after` breaks a reader who was written against `before`, as a sentence that begins with the place. */
export function breaksOfSchema(place: string, before: JsonSchema, after: JsonSchema): string[] {
  const [was, is] = [withoutNull(before), withoutNull(after)];
  const here = rules.flatMap((rule) => rule(was, is)).map((broken) => `${place} ${broken}.`);
  const below = Object.entries(was.properties ?? {}).flatMap(([name, property]) => {
    const now = is.properties?.[name];
    return now ? breaksOfSchema(`${place}/${name}`, property, now) : [];
  });
  const items = was.items && is.items ? breaksOfSchema(`${place}/*`, was.items, is.items) : [];
  return [...here, ...below, ...items];
}

/** A schema that allows null says so in its types alone, however it was written. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const choices = schema['anyOf'] as JsonSchema[] | undefined;
  const [only, ...others] = choices?.filter(({ type }) => type !== 'null') ?? [];
  if (!choices || !only || others.length > 0) return schema;
  const { anyOf: _anyOf, ...rest } = schema;
  const types = typesOf(only);
  return { ...rest, ...only, type: choices.length > 1 ? [...types, 'null'] : only.type };
}

const listOf = (type: string | string[] | undefined): string[] => [type ?? []].flat();
const typesOf = ({ type }: JsonSchema): string[] =>
  listOf(type)
    .filter((each) => each !== 'null')
    .sort();
const isNullable = ({ type }: JsonSchema): boolean => listOf(type).includes('null');

function boundOf(schema: JsonSchema, bound: string, without: number): number {
  const value = schema[bound];
  return typeof value === 'number' ? value : without;
}

const say = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
