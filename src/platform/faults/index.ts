export { armFailPoint, failPoint, failPoints } from './fail-point.js';
export type { FailPoint } from './fail-point.js';
export { FaultsModule } from './faults.module.js';
