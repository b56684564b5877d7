import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import { defineCounter } from '../metrics/index.js';

const reads = defineCounter('cache_reads_total', 'Reads through the cache: found there, or loaded', [
  'outcome',
]);

/** Values are handed out uncloned: nobody may change them. LAW: no decision is made from them. */
@Injectable()
export class ReadCache {
  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {}

  /** The cached value, or what `load` answers, kept for `longestAgeMs`; reads that miss at once load once. `undefined` is not kept. */
  async read<T>(key: string, load: () => Promise<T>, longestAgeMs: number): Promise<T> {
    let outcome = 'hit';
    const value = await this.cache.wrap(
      key,
      () => {
        outcome = 'miss';
        return load();
      },
      longestAgeMs,
    );
    reads.inc({ outcome });
    return value;
  }

  async forget(keys: string[]): Promise<void> {
    await this.cache.mdel(keys);
  }
}
