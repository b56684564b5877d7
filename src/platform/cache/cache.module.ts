import { createKeyv } from '@cacheable/memory';
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import type { Keyv } from 'keyv';
import { CONFIG, type Config } from '../config/config.js';
import { Degradations } from '../health/degradations.js';
import { ReadCache } from './read-cache.js';

/** Entries of the memory tier; the least recently used goes first. */
const memoryEntries = 10_000;

/** Longest time that a value may be older than the database, in milliseconds. */
const longestAgeMs = 30_000;

/** Nest's cache: bounded in this process's memory, and behind it what all processes share, where there is a Redis. */
@Global()
@Module({
  imports: [
    NestCacheModule.registerAsync({
      inject: [CONFIG, Degradations],
      useFactory: async (config: Config, degradations: Degradations) => ({
        stores: [
          createKeyv({ lruSize: memoryEntries, useClone: false, ttl: longestAgeMs }),
          ...(await sharedTier(config, degradations)),
        ],
        ttl: longestAgeMs,
      }),
    }),
  ],
  providers: [ReadCache],
  exports: [ReadCache],
})
export class CacheModule {}

async function sharedTier({ REDIS_URL, EVENT_PREFIX }: Config, degradations: Degradations): Promise<Keyv[]> {
  if (REDIS_URL === undefined) return [];
  // Its two client libraries are a third of a second of the start: for those who use them.
  const { openRedisTier } = await import('./redis-tier.js');
  const { keyv, isUp } = openRedisTier(REDIS_URL, EVENT_PREFIX);
  degradations.watch('redis', () => !isUp());
  return [keyv];
}
