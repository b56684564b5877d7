import { Injectable } from '@nestjs/common';
import { Transaction } from '../platform/database/transaction.js';
import { Outbox } from '../platform/events/outbox.js';
import { Answer, created, ok } from '../platform/http/answer.js';
import { Cursor, etagOf } from '../platform/http/index.js';
import { currentActor } from '../platform/http/request-context.js';
import { ItemNotFound } from './inventory.errors.js';
import {
  AdjustmentRequest,
  movementPosition,
  MovementListQuery,
  MovementView,
  ReceiptRequest,
  RecountRequest,
  StockListQuery,
  stockPosition,
  StockView,
} from './inventory.schemas.js';
import { stockMoved } from './inventory-news.js';
import { Movement } from './movement.js';
import { StockLevel } from './stock-level.entity.js';
import { StockRepository } from './stock.repository.js';

/** What staff does with the units on the shelf. */
@Injectable()
export class StockService {
  constructor(
    private readonly transaction: Transaction,
    private readonly stock: StockRepository,
    private readonly outbox: Outbox,
  ) {}

  receive(sku: string, { quantity, reason }: ReceiptRequest): Promise<Answer> {
    return this.move(sku, (level) => level.receive(quantity, { reason }));
  }

  /** Throws AdjustmentBelowReserved, naming the shortfall. */
  adjust(sku: string, { delta, reason }: AdjustmentRequest): Promise<Answer> {
    return this.move(sku, (level) => level.adjust(delta, reason));
  }

  /** Throws RecountBelowReserved, naming the shortfall. A count that finds what was expected is kept in the ledger as well. */
  recount(sku: string, { counted, reason }: RecountRequest): Promise<Answer> {
    return this.move(sku, (level) => level.recount(counted, { reason }));
  }

  async read(sku: string): Promise<Answer> {
    const level = await this.stock.ofItem(sku);
    if (!level) throw new ItemNotFound();
    return ok(stockViewOf(level), { etag: etagOf('stock', level.version) });
  }

  async list(query: StockListQuery): Promise<{ items: StockView[]; nextCursor?: string }> {
    const [afterSku] = query.cursor ? Cursor.decode(query.cursor, stockPosition) : [];
    const levels = await this.stock.list(query.limit + 1, afterSku);
    const items = levels.slice(0, query.limit).map(stockViewOf);
    const last = items.at(-1);
    return levels.length > query.limit && last ? { items, nextCursor: Cursor.encode([last.sku]) } : { items };
  }

  async movements(
    sku: string,
    query: MovementListQuery,
  ): Promise<{ items: MovementView[]; nextCursor?: string }> {
    const [beforeId] = query.cursor ? Cursor.decode(query.cursor, movementPosition) : [];
    const rows = await this.stock.movements(sku, query.limit + 1, beforeId);
    if (rows.length === 0 && !(await this.stock.ofItem(sku))) throw new ItemNotFound();
    const items = rows.slice(0, query.limit).map((row) => ({ ...row, movedAt: row.movedAt.toISOString() }));
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, nextCursor: Cursor.encode([last.id]) } : { items };
  }

  private move(sku: string, decide: (level: StockLevel) => Movement): Promise<Answer> {
    return this.transaction.run(async () => {
      const [level] = await this.stock.lock([sku]);
      if (!level) throw new ItemNotFound();
      const movements = [decide(level)];
      const written = await this.stock.write(movements, currentActor());
      this.outbox.add(...stockMoved(written, movements));
      const [now = level] = written;
      return created(stockViewOf(now), { location: `/v1/stock/${sku}`, etag: etagOf('stock', now.version) });
    });
  }
}

function stockViewOf(level: StockLevel): StockView {
  const { sku, location, version, onHand, reserved, available } = level;
  return { sku, location, version, onHand, reserved, available };
}
