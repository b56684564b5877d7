export { defineCounter, defineGauge, defineHistogram } from './define-metric.js';
export type { CounterMetric, GaugeMetric, HistogramMetric } from './define-metric.js';
export { exposition } from './exposition.js';
export { measureRequests } from './http-metrics.js';
export { MetricsModule } from './metrics.module.js';
