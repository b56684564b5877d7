import { createKeyv } from '@cacheable/memory';
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { ReadCache } from './read-cache.js';

/** Entries of the memory tier; the least recently used goes first. */
const memoryEntries = 10_000;

/** Longest time that a value may be older than the database, in milliseconds. */
const longestAgeMs = 30_000;

/** Nest's cache, bounded, in this process's memory. */
@Global()
@Module({
  imports: [
    NestCacheModule.registerAsync({
      useFactory: () => ({
        stores: createKeyv({ lruSize: memoryEntries, useClone: false, ttl: longestAgeMs }),
        ttl: longestAgeMs,
      }),
    }),
  ],
  providers: [ReadCache],
  exports: [ReadCache],
})
export class CacheModule {}
