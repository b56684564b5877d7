export type { Finding } from './invariant.js';
export { VerifyModule } from './verify.module.js';
export { VerifyService } from './verify.service.js';
