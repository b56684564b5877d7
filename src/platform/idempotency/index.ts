export type { IdempotentRequest, RecoveryPoint, Resume } from './idempotency.js';
export { Idempotency } from './idempotency.js';
export { ClaimKey, Idempotent, NotIdempotent } from './idempotent.decorator.js';
export { IdempotencyModule } from './idempotency.module.js';
