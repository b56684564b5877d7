import { defineCounter } from '../metrics/index.js';
import type { EventCatalogue, EventType } from './catalogue.js';
import type { NewEvent } from './domain-event.js';

/** A figure of the trade that rises with an event: a room declares which, so that the platform knows no feature. */
export interface EventMetric<T extends EventType, Label extends string> {
  /** Prometheus name, ending in `_total`. */
  name: string;
  help: string;
  on: T;
  labels?: readonly Label[];
  /** By how much it rises, and under which labels; by 1 where absent. */
  read?: (payload: EventCatalogue[T]) => { by?: number; labels?: Record<Label, string> };
}

type Count = (event: NewEvent) => void;

const counts = new Map<string, Count[]>();

const committed = defineCounter('domain_events_total', 'Domain events that were committed, by type', [
  'type',
]);

/** Declares a figure at the top of a room's file; it counts committed events of this process. */
export function defineEventMetric<T extends EventType, const Label extends string = never>(
  metric: EventMetric<T, Label>,
): void {
  const counter = defineCounter(metric.name, metric.help, metric.labels ?? []);
  const count: Count = (event) => {
    // Looked up by the event's type, so the payload is the one that the metric reads.
    const { by = 1, labels = {} as Record<Label, string> } =
      metric.read?.(event.payload as EventCatalogue[T]) ?? {};
    counter.inc(labels, by);
  };
  counts.set(metric.on, [...(counts.get(metric.on) ?? []), count]);
}

/** Called after the commit: what was rolled back never counts. */
export function countCommitted(events: readonly NewEvent[]): void {
  for (const event of events) {
    committed.inc({ type: event.type });
    for (const count of counts.get(event.type) ?? []) count(event);
  }
}
