export { CacheModule } from './cache.module.js';
export { ReadCache } from './read-cache.js';
