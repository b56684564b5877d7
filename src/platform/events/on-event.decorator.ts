import { SetMetadata, UseFilters, applyDecorators } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { EventType } from './catalogue.js';
import { RealErrorFilter } from './real-error.filter.js';

const CONSUMER = 'events:consumer';
const TYPES = 'events:types';

/** What a transport learns of a handler beside its pattern: its class, from which comes its consumer. */
export interface ListenerExtras {
  listener: object;
}

/**
 * Marks a method of a `<room>.listener.ts` controller as listener: it gets a `DomainEvent<T>`, runs inside the
 * transaction that holds its inbox row, and is called once per event, whatever transport brings it.
 */
export const OnEvent =
  (...types: EventType[]): MethodDecorator =>
  (target, key, descriptor) => {
    const method = Reflect.get(target, key) as object;
    // A second EventPattern would silently replace the first, so stacked marks are gathered into one.
    const marked = (Reflect.getMetadata(TYPES, method) ?? []) as EventType[];
    const all = [...marked, ...types];
    Reflect.defineMetadata(TYPES, all, method);
    const extras: ListenerExtras = { listener: target.constructor };
    EventPattern<string[]>(all, extras)(target, key, descriptor);
  };

/** Names the consumer on the listener's class: one consumer (and, over Kafka, one group) per room. */
export const Consumer = (name: string): ClassDecorator =>
  applyDecorators(SetMetadata(CONSUMER, name), UseFilters(RealErrorFilter));

/** @throws Error where the listener's class has no `@Consumer` */
export function consumerOf({ listener }: ListenerExtras): string {
  const name: unknown = Reflect.getMetadata(CONSUMER, listener);
  if (typeof name === 'string') return name;
  throw new Error(`${String(Reflect.get(listener, 'name'))} listens to events without @Consumer('<room>')`);
}
