import type { ClientBase, QueryResultRow } from 'pg';

export interface Statement {
  /** Prepared once per connection under this name. */
  name?: string;
  text: string;
  values?: unknown[];
}

/** A statement that takes longer means that the other side is gone without a word, in milliseconds. */
const longestStatementMs = 15_000;

/** One connection for many callers: their statements go one after the other, each committed by itself. */
export class SerialConnection {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: ClientBase) {}

  /** Rows as the statement selects them; `Row` is the caller's word for it. */
  query<Row extends object>(statement: Statement): Promise<Row[]> {
    const answer = this.last.then(() => this.send<Row>(statement));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private async send<Row extends object>(statement: Statement): Promise<Row[]> {
    const timed = { ...statement, query_timeout: longestStatementMs };
    const { rows } = await this.client.query<Row & QueryResultRow>(timed);
    return rows;
  }
}
