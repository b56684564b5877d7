import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../platform/auth/principal.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Transaction } from '../platform/database/transaction.js';
import { Outbox } from '../platform/events/outbox.js';
import { Answer, created, ok } from '../platform/http/answer.js';
import { Cursor, CursorInvalid, IfMatchVersion, requireMatch } from '../platform/http/index.js';
import { CurrencyNotSold, InactiveItemsHidden, ItemNotFound } from './inventory.errors.js';
import {
  ItemChangeRequest,
  ItemListQuery,
  itemPosition,
  ItemView,
  NewItemRequest,
} from './inventory.schemas.js';
import { itemChanged, itemCreated } from './inventory-news.js';
import { Item } from './item.entity.js';
import { itemEtag, itemViewOf, maySeeInactive } from './item-view.js';
import { ItemCache } from './item-cache.js';
import { ItemViewsRepository } from './item-views.repository.js';
import { ItemsRepository } from './items.repository.js';

/** What is sold, and how people find it. */
@Injectable()
export class ItemsService {
  constructor(
    private readonly transaction: Transaction,
    private readonly items: ItemsRepository,
    private readonly views: ItemViewsRepository,
    private readonly cache: ItemCache,
    private readonly outbox: Outbox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Throws SkuTaken and CurrencyNotSold. */
  async create(request: NewItemRequest): Promise<Answer> {
    this.checkCurrency(request.price.currency);
    const { sku, name, price, description = null, attributes = {}, imageUrl = null, active = true } = request;
    const details = {
      name,
      description,
      priceMinor: price.amountMinor,
      currency: price.currency,
      attributes,
      imageUrl,
      active,
    };
    return this.transaction.run(async () => {
      const item = Item.create(sku, details, await this.items.now());
      await this.items.insert(item);
      this.outbox.add(itemCreated(item));
      const view = itemViewOf(item, 0);
      return created(view, { location: `/v1/items/${sku}`, etag: itemEtag(view) });
    });
  }

  /** Throws CurrencyNotSold, ItemNotFound, and 412 where the item is another than the one that was read. */
  async change(sku: string, request: ItemChangeRequest, ifMatch: IfMatchVersion): Promise<Answer> {
    if (request.price) this.checkCurrency(request.price.currency);
    const { price, ...rest } = request;
    const change = price ? { ...rest, priceMinor: price.amountMinor, currency: price.currency } : rest;
    return this.transaction.run(async () => {
      const item = await this.items.lock(sku);
      if (!item) throw new ItemNotFound();
      requireMatch(ifMatch, item.version);
      if (item.change(change, await this.items.now())) {
        await this.items.saveAll([item]);
        this.outbox.add(itemChanged(item));
      }
      return answerOf(await this.views.one(sku), true);
    });
  }

  /** An item that is not on sale is shown to staff only; they see it as it is now, so that what they change is what they saw. */
  async read(sku: string, principal: Principal): Promise<Answer> {
    if (maySeeInactive(principal)) return answerOf(await this.views.one(sku), true);
    return answerOf(await this.cache.read(sku), false);
  }

  async list(
    query: ItemListQuery,
    principal: Principal,
  ): Promise<{ items: ItemView[]; nextCursor?: string }> {
    const isActive = query.active ?? true;
    if (!isActive && !maySeeInactive(principal)) throw new InactiveItemsHidden();
    const rows = await this.views.list(query, isActive, positionOf(query));
    const page = rows.slice(0, query.limit);
    const items = page.map((row) => itemViewOf(row, row.available));
    const last = page.at(-1);
    if (rows.length <= query.limit || !last) return { items };
    return { items, nextCursor: Cursor.encode([query.sort, last.sortValue, last.sku]) };
  }

  private checkCurrency(currency: string): void {
    if (currency !== this.config.SHOP_CURRENCY) throw new CurrencyNotSold(this.config.SHOP_CURRENCY);
  }
}

function answerOf(view: ItemView | undefined, showInactive: boolean): Answer {
  if (!view || !(view.active || showInactive)) throw new ItemNotFound();
  return ok(view, { etag: itemEtag(view) });
}

/** Where the page before ended; a cursor of another sort is none of this list. */
function positionOf(query: ItemListQuery): { sortValue: string; sku: string } | undefined {
  if (query.cursor === undefined) return undefined;
  const [sort, sortValue, sku] = Cursor.decode(query.cursor, itemPosition);
  if (sort !== query.sort) throw new CursorInvalid();
  return { sortValue, sku };
}
