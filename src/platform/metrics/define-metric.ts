import { Counter, Gauge, Histogram } from 'prom-client';

type Labels<Name extends string> = Record<Name, string | number>;

export interface CounterMetric<Name extends string> {
  inc(labels: Labels<Name>, by?: number): void;
}

export interface GaugeMetric<Name extends string> {
  set(labels: Labels<Name>, value: number): void;
  /** Ends all series of the metric: no figure is better than an old one. */
  reset(): void;
}

export interface HistogramMetric<Name extends string> {
  observe(labels: Labels<Name>, value: number): void;
}

/** Buckets in seconds, from a look into the memory to the longest deadline. */
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A count that only rises, named `…_total`; never an id in a label. Called once per name, at the top of a file. */
export function defineCounter<const Name extends string = never>(
  name: string,
  help: string,
  labels: readonly Name[] = [],
): CounterMetric<Name> {
  return new Counter({ name, help, labelNames: labels });
}

/** A value that rises and falls. */
export function defineGauge<const Name extends string = never>(
  name: string,
  help: string,
  labels: readonly Name[] = [],
): GaugeMetric<Name> {
  return new Gauge({ name, help, labelNames: labels });
}

/** How values spread, named for its unit, such as `…_seconds`. */
export function defineHistogram<const Name extends string = never>(
  name: string,
  help: string,
  labels: readonly Name[] = [],
  buckets: number[] = secondsBuckets,
): HistogramMetric<Name> {
  return new Histogram({ name, help, labelNames: labels, buckets });
}
