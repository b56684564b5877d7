import { type z } from 'zod';

/** Topic names without the prefix; a topic belongs to one room. */
export type Topic = 'carts' | 'orders' | 'payments' | 'deliveries' | 'inventory';

/** Name → payload of every event; each room adds its own by declaration merging in its `<room>.events.ts`. */
export interface EventCatalogue {}

/** Topics whose key is the order's id: their events together are the order's stream, numbered at publication. */
export const streamedTopics: readonly string[] = ['orders', 'payments', 'deliveries'] satisfies Topic[];

export type EventType = keyof EventCatalogue & string;

/** One event, as its room declares it. */
export interface EventEntry {
  type: string;
  topic: Topic;
  aggregateType: string;
  payload: z.ZodType;
  /** Property of the payload that is the topic's key. */
  key: string;
  /** Properties of the payload that, joined by `@`, are the aggregate's id. */
  subject: readonly string[];
  example: unknown;
}

type Schemas = Record<string, z.ZodType>;
export type EventsOf<S extends Schemas> = { [Name in keyof S]: z.output<S[Name]> };
type PropertyOf<S extends Schemas> = keyof z.output<S[keyof S]> & string;

/** What consumers must know of an aggregate's events beside their payloads. */
interface ForConsumers<S extends Schemas> {
  key: PropertyOf<S>;
  subject: readonly PropertyOf<S>[];
  /** One payload each, with the ids of one story, and like every payload without personal data. */
  examples: EventsOf<S>;
}

const entries = new Map<string, EventEntry>();

/** Declares the events of one aggregate; the name is declared once in the whole house. */
export function defineEvents<S extends Schemas>(
  topic: Topic,
  aggregateType: string,
  schemas: S,
  { key, subject, examples }: ForConsumers<NoInfer<S>>,
): S {
  for (const [type, payload] of Object.entries(schemas)) {
    if (entries.has(type)) throw new Error(`event ${type} is declared twice`);
    entries.set(type, { type, topic, aggregateType, payload, key, subject, example: examples[type] });
  }
  return schemas;
}

export function eventEntry(type: string): EventEntry | undefined {
  return entries.get(type);
}

/** @throws Error for a type that nobody declared: an event that no consumer could read must not be written */
export function requiredEntry(type: string): EventEntry {
  const entry = entries.get(type);
  if (!entry) throw new Error(`no room declares the event ${type}`);
  return entry;
}

export function allEvents(): readonly EventEntry[] {
  return [...entries.values()].sort((a, b) => a.type.localeCompare(b.type));
}
