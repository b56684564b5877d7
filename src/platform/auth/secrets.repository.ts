import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Secrets that this installation made for itself, shared by all of its processes. */
@Injectable()
export class SecretsRepository {
  constructor(private readonly database: Database) {}

  /** The stored value, or `made`, which is then stored; the first of several processes wins. */
  async keep(name: string, made: string): Promise<string> {
    await this.database.rows(`insert into auth.secret (name, value) values ($1, $2) on conflict do nothing`, [
      name,
      made,
    ]);
    const kept = await this.find(name);
    if (kept === undefined) throw new Error(`the secret ${name} was not kept`);
    return kept;
  }

  async find(name: string): Promise<string | undefined> {
    const row = await this.database.row<{ value: string }>(`select value from auth.secret where name = $1`, [
      name,
    ]);
    return row?.value;
  }
}
