import { Logger } from '@nestjs/common';
import pg from 'pg';

/** The counterpart's own connections: it shares the server's machine, never its transactions. */
export class SandboxDatabase {
  private readonly logger = new Logger(SandboxDatabase.name);
  private readonly pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({
      connectionString: databaseUrl,
      max: 8,
      application_name: 'sandbox',
      connectionTimeoutMillis: 5000,
    });
    const tell = (error: Error): void => this.logger.warn(`a connection was lost: ${error.message}`);
    this.pool.on('error', tell);
    this.pool.on('connect', (client) => client.on('error', tell));
  }

  async rows<Row extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, parameters)).rows;
  }

  /** Everything inside `work` is kept together or not at all. */
  async inTransaction<T>(work: (connection: SandboxConnection) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      const result = await work(new SandboxConnection(client));
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // A connection that cannot even roll back is broken and must not go back to the pool.
      await client.query('rollback').then(
        () => client.release(),
        (broken: Error) => client.release(broken),
      );
      throw error;
    }
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}

export class SandboxConnection {
  constructor(private readonly client: pg.PoolClient) {}

  async rows<Row extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, parameters)).rows;
  }

  async row<Row extends pg.QueryResultRow>(
    sql: string,
    parameters: unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, parameters))[0];
  }
}
