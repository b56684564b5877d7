import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Transaction } from '../platform/database/transaction.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { Outbox } from '../platform/events/outbox.js';
import { currentActor } from '../platform/http/request-context.js';
import { ImportReport, RowFault } from './import.schemas.js';
import { batchesOf } from './import-batches.js';
import { decide, RowEffect, WellFormedRow } from './import-judge.js';
import { ImportFormat, ImportSource, readRows, tap } from './import-reader.js';
import { itemChanged, itemCreated, stockMoved } from './inventory-news.js';
import { ItemsRepository } from './items.repository.js';
import { mainLocation } from './movement.js';
import { StockLevel } from './stock-level.entity.js';
import { StockRepository } from './stock.repository.js';

export interface ImportOptions {
  format: ImportFormat;
  /** Judges every row and changes nothing. */
  dryRun?: boolean;
  /** After each batch: rows judged and bytes read so far. */
  onProgress?: (progress: { rows: number; bytes: number }) => void;
}

type BatchOutcome = Omit<ImportReport, 'dryRun' | 'rows' | 'rejected'>;

type JudgedRow = RowEffect & { row: number };

/** Items and stock from a file. Good rows are kept, each bad one is named; a batch is one transaction and six statements. */
@Injectable()
export class ImportService {
  constructor(
    private readonly transaction: Transaction,
    private readonly items: ItemsRepository,
    private readonly stock: StockRepository,
    private readonly outbox: Outbox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Throws ImportUnreadable; inside a running transaction the whole import is part of it. */
  async import(
    source: ImportSource,
    { format, dryRun = false, onProgress }: ImportOptions,
  ): Promise<ImportReport> {
    const report: ImportReport = { dryRun, rows: 0, ...nothing(), rejected: 0 };
    let bytes = 0;
    const counted = tap(source, (chunk) => (bytes += chunk.byteLength));
    for await (const batch of batchesOf(readRows(counted, format))) {
      const outcome = await this.transaction.run(() => this.take(batch.good, dryRun));
      const faults = [...batch.faults, ...outcome.faults].sort((a, b) => a.row - b.row);
      report.rows += batch.good.length + batch.faults.length;
      report.accepted += outcome.accepted;
      report.rejected += faults.length;
      report.itemsCreated += outcome.itemsCreated;
      report.itemsChanged += outcome.itemsChanged;
      report.levelsMoved += outcome.levelsMoved;
      for (const fault of faults) report.faults.push(fault);
      onProgress?.({ rows: report.rows, bytes });
    }
    return report;
  }

  private async take(rows: WellFormedRow[], dryRun: boolean): Promise<BatchOutcome> {
    if (rows.length === 0) return nothing();
    const { effects, faults } = await this.judge(rows);
    const taken = dryRun ? effects : await this.write(effects, faults);
    return {
      accepted: taken.length,
      itemsCreated: taken.filter(({ is }) => is === 'new').length,
      itemsChanged: taken.filter(({ is }) => is === 'changed').length,
      levelsMoved: taken.filter(({ movement }) => movement).length,
      faults,
    };
  }

  private async judge(rows: WellFormedRow[]): Promise<{ effects: JudgedRow[]; faults: RowFault[] }> {
    const skus = rows.map(({ given }) => given.sku);
    const items = new Map((await this.items.lockAll(skus)).map((item) => [item.sku, item]));
    // Shoppers buy on while names and prices are imported: only shelves that a row counts or fills are locked.
    const counted = rows.filter(({ given }) => given.onHand !== undefined || given.receive !== undefined);
    const levels = new Map(
      (await this.stock.lock(counted.map(({ given }) => given.sku))).map((level) => [level.sku, level]),
    );
    const now = await this.items.now();
    const effects: JudgedRow[] = [];
    const faults: RowFault[] = [];
    for (const { row, given } of rows) {
      const level = levels.get(given.sku) ?? emptyLevel(given.sku);
      try {
        effects.push({ row, ...decide(given, items.get(given.sku), level, this.config.SHOP_CURRENCY, now) });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        faults.push({ row, sku: given.sku, problems: [error.message] });
      }
    }
    return { effects, faults };
  }

  /** Answers with the rows that were taken; one whose new item somebody else made meanwhile becomes a fault. */
  private async write(effects: JudgedRow[], faults: RowFault[]): Promise<JudgedRow[]> {
    const inserted = await this.items.insertAll(
      effects.filter(({ is }) => is === 'new').map(({ item }) => item),
    );
    const isTaken = ({ is, item }: JudgedRow): boolean => is !== 'new' || inserted.has(item.sku);
    for (const { row, item } of effects.filter((effect) => !isTaken(effect))) {
      faults.push({
        row,
        sku: item.sku,
        problems: ['somebody else made this item meanwhile: import the row again'],
      });
    }
    const taken = effects.filter(isTaken);
    const changed = taken.filter(({ is }) => is === 'changed').map(({ item }) => item);
    await this.items.saveAll(changed);
    const movements = taken.flatMap(({ movement }) => movement ?? []);
    const levels = await this.stock.write(movements, currentActor());
    this.outbox.add(
      ...taken.filter(({ is }) => is === 'new').map(({ item }) => itemCreated(item)),
      ...changed.map(itemChanged),
      ...stockMoved(levels, movements),
    );
    return taken;
  }
}

const nothing = (): BatchOutcome => ({
  accepted: 0,
  itemsCreated: 0,
  itemsChanged: 0,
  levelsMoved: 0,
  faults: [],
});

const emptyLevel = (sku: string): StockLevel =>
  StockLevel.of({ sku, location: mainLocation, onHand: 0, reserved: 0, version: 0 });
