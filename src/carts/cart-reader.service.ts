import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Owner } from '../platform/auth/principal.js';
import type { Answer } from '../platform/http/answer.js';
import { Cursor } from '../platform/http/index.js';
import { CartPricing } from './cart-pricing.service.js';
import { lineViewOf } from './cart-view.js';
import { CartRow, CartViewsRepository } from './cart-views.repository.js';
import { CartNotFound } from './carts.errors.js';
import { CartsRepository } from './carts.repository.js';
import type { CartLinesQuery, CartLineView, CartListQuery, CartSummary } from './carts.schemas.js';

interface Page<Item> {
  items: Item[];
  nextCursor?: string;
}

const lineCursor = z.tuple([z.uuid()]);
const databaseTime = z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2})?$/);
const cartCursor = z.tuple([databaseTime, z.uuid()]);

@Injectable()
export class CartReader {
  constructor(
    private readonly repository: CartsRepository,
    private readonly views: CartViewsRepository,
    private readonly pricing: CartPricing,
  ) {}

  async show(id: string, owner: Owner): Promise<Answer> {
    const cart = await this.repository.find(id, owner);
    if (!cart) throw new CartNotFound();
    return this.pricing.answer(cart, await this.pricing.quotes(cart.currency, cart.lines));
  }

  async lines(cartId: string, owner: Owner, query: CartLinesQuery): Promise<Page<CartLineView>> {
    const [afterLineId] = query.cursor ? Cursor.decode(query.cursor, lineCursor) : [];
    const found = await this.views.linesOf(cartId, owner, query.limit, afterLineId);
    if (!found) throw new CartNotFound();
    const quotes = await this.pricing.quotes(found.currency, found.lines);
    const page = found.lines.slice(0, query.limit);
    const items = page.map((line) => lineViewOf(line, quotes.get(line.sku)));
    const last = items.at(-1);
    return found.lines.length > query.limit && last
      ? { items, nextCursor: Cursor.encode([last.lineId]) }
      : { items };
  }

  async list(query: CartListQuery): Promise<Page<CartSummary>> {
    const [updatedAt, id] = query.cursor ? Cursor.decode(query.cursor, cartCursor) : [];
    const after = updatedAt !== undefined && id !== undefined ? { updatedAt, id } : undefined;
    const found = await this.views.list(query, after);
    const page = found.slice(0, query.limit);
    const items = page.map(summaryOf);
    const last = page.at(-1);
    return found.length > query.limit && last
      ? { items, nextCursor: Cursor.encode([last.sortValue, last.id]) }
      : { items };
  }
}

function summaryOf({ sortValue: _, createdAt, updatedAt, ...row }: CartRow): CartSummary {
  return { ...row, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
