import type { EventCatalogue, EventType } from './catalogue.js';

/** An event to be published: one transition of one aggregate. */
export interface NewEvent<T extends EventType = EventType> {
  type: T;
  /** Id of the aggregate (cart, order, payment, delivery id; `sku@location` for stock, sku for an item). */
  aggregateId: string;
  /** Version of the aggregate after the transition; rises by exactly 1 per event of one aggregate. */
  sequence: number;
  /** Partition key of the topic (cart id, order id, sku). */
  key: string;
  payload: EventCatalogue[T];
}

/** An event as a listener gets it. */
export interface DomainEvent<T extends EventType = EventType> extends NewEvent<T> {
  /** UUIDv7 of the outbox row; the inbox keeps each (consumer, id) once. */
  id: string;
  occurredAt: Date;
  /** W3C trace context of the request that caused it. */
  traceparent?: string;
  /** Whether it was published before and is told again. */
  isReplay: boolean;
}
