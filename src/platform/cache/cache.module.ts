import { CACHE_MANAGER, Cache, CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { createKeyv } from '@cacheable/memory';
import { Global, Inject, Module, OnModuleInit } from '@nestjs/common';
import { defineCounter } from '../metrics/index.js';

/** Entries of the memory tier; the least recently used goes first. */
const memoryEntries = 10_000;

/** Longest time that a value may be older than the database, in milliseconds. */
const longestAgeMs = 30_000;

const reads = defineCounter('cache_reads_total', 'Reads of the cache by their outcome', ['outcome']);

/**
 * Nest's cache (inject `CACHE_MANAGER`), bounded, in this process's memory. Values are handed out uncloned: freeze them.
 * LAW: no decision is made from it.
 */
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
  exports: [NestCacheModule],
})
export class CacheModule implements OnModuleInit {
  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {}

  onModuleInit(): void {
    this.cache.on('get', ({ value }: { value?: unknown }) =>
      reads.inc({ outcome: value === undefined ? 'miss' : 'hit' }),
    );
  }
}
