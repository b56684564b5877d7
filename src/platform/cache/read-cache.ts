import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import { reads } from './cache-metrics.js';

export interface CachedRead<T> {
  /** What it answers must be the same after a trip through JSON; `undefined` is not kept. */
  load: () => Promise<T | undefined>;
  /** Others may write to a tier that is shared: what this does not know is loaded anew. */
  isValue: (value: unknown) => value is T;
  /** Over all tiers, from the load on. */
  longestAgeMs: number;
}

/** Values are handed out uncloned: nobody may change them. LAW: no decision is made from them. */
@Injectable()
export class ReadCache {
  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {}

  /** The cached value or what `load` answers; reads that miss at once load once. */
  async read<T>(key: string, { load, isValue, longestAgeMs }: CachedRead<T>): Promise<T | undefined> {
    let outcome = 'hit';
    const loadCounted = (): Promise<T | undefined> => {
      outcome = 'miss';
      return load();
    };
    const isKnown = (found: unknown): found is T | undefined => found === undefined || isValue(found);
    const ask = (): Promise<unknown> => this.cache.wrap(key, loadCounted, this.shareOf(longestAgeMs));
    let found = await ask();
    if (!isKnown(found)) {
      await this.forget([key]);
      // Through the cache once more, so that those who all found the same wrong value load once.
      found = await ask();
    }
    const value = isKnown(found) ? found : await loadCounted();
    reads.inc({ outcome });
    return value;
  }

  async forget(keys: string[]): Promise<void> {
    await this.cache.mdel(keys);
  }

  /** Memory keeps anew what it takes from Redis in its last moment there, so each tier has its part of the age. */
  private shareOf(longestAgeMs: number): number {
    return Math.ceil(longestAgeMs / this.cache.stores.length);
  }
}
