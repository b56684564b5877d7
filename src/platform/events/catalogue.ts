import { type z } from 'zod';

/** Topic names without the prefix; a topic belongs to one room. */
export type Topic = 'carts' | 'orders' | 'payments' | 'deliveries' | 'inventory';

/** Name → payload of every event; each room adds its own by declaration merging in its `<room>.events.ts`. */
export interface EventCatalogue {}

export type EventType = keyof EventCatalogue & string;

/** What a room declares of its events: the aggregate's type and, per event name, the payload's schema. */
export interface EventEntry {
  type: string;
  topic: Topic;
  aggregateType: string;
  payload: z.ZodType;
}

type Schemas = Record<string, z.ZodType>;
export type EventsOf<S extends Schemas> = { [Name in keyof S]: z.output<S[Name]> };

const entries = new Map<string, EventEntry>();

/** Declares the events of one aggregate; the name is declared once in the whole house. */
export function defineEvents<S extends Schemas>(topic: Topic, aggregateType: string, schemas: S): S {
  for (const [type, payload] of Object.entries(schemas)) {
    if (entries.has(type)) throw new Error(`event ${type} is declared twice`);
    entries.set(type, { type, topic, aggregateType, payload });
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
