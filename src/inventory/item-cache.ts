import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ReadCache } from '../platform/cache/index.js';
import { PublishedEvents } from '../platform/events/index.js';
import { itemView, type ItemView } from './inventory.schemas.js';
import { ItemViewsRepository } from './item-views.repository.js';

/** What shoppers see of an item tells whether it is in stock, and figures of stock are never older than a second. */
const longestAgeMs = 1000;

/** Reads of single items by shoppers, whose pages ask for the same ones again and again. Prices of carts and orders never come from here. */
@Injectable()
export class ItemCache implements OnModuleInit {
  private readonly logger = new Logger(ItemCache.name);

  constructor(
    private readonly cache: ReadCache,
    private readonly views: ItemViewsRepository,
    private readonly published: PublishedEvents,
  ) {}

  onModuleInit(): void {
    this.published.on('item.changed', (skus) => {
      // What changed while nobody was told is gone from the cache by its age before long.
      if (skus !== 'all') this.forget(skus);
    });
  }

  read(sku: string): Promise<ItemView | undefined> {
    return this.cache.read(keyOf(sku), {
      load: () => this.views.one(sku),
      isValue: isItemView,
      longestAgeMs,
    });
  }

  private forget(skus: readonly string[]): void {
    // What could not be forgotten is a second old at most.
    this.cache
      .forget(skus.map(keyOf))
      .catch((error: unknown) => this.logger.warn({ err: error }, 'changed items stay cached for a moment'));
  }
}

const keyOf = (sku: string): string => `item:${sku}`;

const isItemView = (value: unknown): value is ItemView => itemView.safeParse(value).success;
