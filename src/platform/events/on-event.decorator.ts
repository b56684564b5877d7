import { SetMetadata, UseFilters, applyDecorators } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { EventType } from './catalogue.js';
import { RealErrorFilter } from './real-error.filter.js';

export const CONSUMER = 'events:consumer';

/**
 * Marks a method of a `<room>.listener.ts` controller as listener: it gets a `DomainEvent<T>`, runs inside the
 * transaction that holds its inbox row, and is called once per event, whatever transport brings it.
 */
export const OnEvent = <T extends EventType>(type: T): MethodDecorator =>
  applyDecorators(EventPattern<string>(type), UseFilters(RealErrorFilter));

/** Names the consumer on the listener's class: one consumer (and, over Kafka, one group) per room. */
export const Consumer = (name: string): ClassDecorator => SetMetadata(CONSUMER, name);
