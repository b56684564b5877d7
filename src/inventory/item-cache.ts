import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ReadCache } from '../platform/cache/index.js';
import { PublishedEvents } from '../platform/events/index.js';
import { type ItemRow, ItemViewsRepository } from './item-views.repository.js';

/** What shoppers see of an item tells whether it is in stock, and figures of stock are never older than a second. */
const longestAgeMs = 1000;

/** Reads of single items by shoppers, whose pages ask for the same ones again and again. Prices of carts and orders never come from here. */
@Injectable()
export class ItemCache implements OnModuleInit {
  private readonly logger = new Logger(ItemCache.name);
  /** Part of every key: counting on forgets all entries at once, whoever else uses the cache. */
  private generation = 0;

  constructor(
    private readonly cache: ReadCache,
    private readonly views: ItemViewsRepository,
    private readonly published: PublishedEvents,
  ) {}

  onModuleInit(): void {
    this.published.on('item.changed', (skus) => {
      if (skus === 'all') this.generation += 1;
      else this.forget(skus);
    });
  }

  read(sku: string): Promise<ItemRow | undefined> {
    return this.cache.read(this.keyOf(sku), () => this.views.one(sku), longestAgeMs);
  }

  private forget(skus: readonly string[]): void {
    // What could not be forgotten is a second old at most.
    this.cache
      .forget(skus.map((sku) => this.keyOf(sku)))
      .catch((error: unknown) => this.logger.warn({ err: error }, 'changed items stay cached for a moment'));
  }

  private keyOf(sku: string): string {
    return `item:${this.generation}:${sku}`;
  }
}
