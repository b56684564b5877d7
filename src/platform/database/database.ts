import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { Transaction } from './transaction.js';

/** What repositories speak to: the running transaction's connection, or the pool where there is none. */
@Injectable()
export class Database {
  constructor(private readonly transaction: Transaction) {}

  get manager(): EntityManager {
    return this.transaction.manager;
  }

  /** One statement with bound parameters ($1 …). `Row` is what the statement selects; bigint arrives as number. */
  async rows<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const result = await this.manager.query<unknown>(sql, parameters);
    // TypeORM answers [rows, count] for UPDATE and DELETE and rows for all else.
    const isCounted =
      Array.isArray(result) &&
      result.length === 2 &&
      Array.isArray(result[0]) &&
      typeof result[1] === 'number';
    return (isCounted ? result[0] : result) as Row[];
  }

  async row<Row>(sql: string, parameters: unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, parameters))[0];
  }

  /** The database's clock, the only one that decides an expiry. */
  async now(): Promise<Date> {
    const row = await this.row<{ now: Date }>('select now() as now');
    if (!row) throw new Error('select now() answered no row');
    return row.now;
  }
}
