import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { EnduringPool } from '../../../src/platform/database/connection.js';
import { ShopClient } from '../../../src/replay/shop-client.js';
import { type BreakablePostgres, startBreakablePostgres } from '../servers/breakable-postgres.js';
import { type KafkaBroker, startKafkaBroker } from '../servers/kafka-broker.js';
import { ShopProcess, type ShopProcessOptions } from '../shop-process.js';
import { newTopics, type TestTopics } from '../topics.js';
import { checkFromOutside } from './checker.js';
import { ClientLog } from './client-log.js';
import { seeded, ShopActions } from './shop-actions.js';
import { staffToken, stockItems } from './staff.js';
import { checkEffects, checkTopics, typesOfOrders } from './topic-checker.js';

const settledWithinMs = 600_000;

/** A database and a broker (or a cluster) of one test's own, and the shops on them. */
export class KafkaScene<Broker extends Brokers = KafkaBroker> {
  readonly log = new ClientLog();
  readonly shops: ShopProcess[] = [];
  private next = 0;

  private constructor(
    readonly database: BreakablePostgres,
    readonly pool: Pool,
    readonly broker: Broker,
    readonly topics: TestTopics,
  ) {}

  static open(): Promise<KafkaScene> {
    return KafkaScene.openOver(startKafkaBroker());
  }

  static async openOver<Broker extends Brokers>(starting: Promise<Broker>): Promise<KafkaScene<Broker>> {
    const [database, broker] = await Promise.all([startBreakablePostgres(), starting]);
    const pool = new EnduringPool({ connectionString: database.url, max: 2 });
    return new KafkaScene(database, pool, broker, newTopics(broker.brokers));
  }

  async addShop(options: ShopProcessOptions = {}): Promise<ShopProcess> {
    const env = { DATABASE_URL: this.database.url, ...this.topics.environment, ...options.env };
    const shop = await ShopProcess.start({ ...options, env });
    this.shops.push(shop);
    return shop;
  }

  /** Shoppers and staff, whose every try goes to the next shop, and things to buy. */
  async actors(seed: number): Promise<{ actions: ShopActions; random: () => number; stock: Stock }> {
    const url = (): string => this.shops[this.next++ % this.shops.length]?.url ?? '';
    const client = new ShopClient(url, { observe: this.log.observe, patienceMs: 180_000 });
    const token = await staffToken(client);
    const stock: Stock = (prefix, count) => stockItems(client, token, { prefix, count, units: 100_000 });
    const random = seeded(seed);
    return { actions: new ShopActions(client, token, await stock('OVER', 30), random), random, stock };
  }

  /** A figure of the database. */
  async count(sql: string, ...values: unknown[]): Promise<number> {
    const { rows } = await this.pool.query<{ figure: number | null }>(
      `select (${sql})::float8 as figure`,
      values,
    );
    return rows[0]?.figure ?? Number.NaN;
  }

  /** The database's clock, in seconds. */
  now(): Promise<number> {
    return this.count('extract(epoch from clock_timestamp())');
  }

  /** Events that were published and have not taken effect. */
  unhandled(): Promise<number> {
    return this.count(
      `select count(*) from events.outbox o where published_at is not null and type = any ($1)
       and not exists (select from events.inbox i where i.consumer = 'orders' and i.event_id = o.id::text)`,
      typesOfOrders,
    );
  }

  /** Publishing, listeners, webhooks and carriers have nothing left to do. */
  async settled(): Promise<void> {
    await this.until('everything is done', async () => {
      const waiting = await this.count(
        `(select count(*) from events.outbox where published_at is null)
         + (select count(*) from sandbox.webhook where taken_at is null and not lost)
         + (select count(*) from sandbox.parcel where next_scan_at is not null)`,
      );
      return waiting + (await this.unhandled()) === 0;
    });
  }

  /** What happened first after `since` (the database's clock), in milliseconds: a publication, an effect, and the end of the backlog of then. */
  async recovery(since: number): Promise<{ publishedMs: number; effectMs: number; drainedMs: number }> {
    const after = 'extract(epoch from min(at)) * 1000 - $1 * 1000 from';
    const published = `select ${after} (select published_at as at from events.outbox where published_at > to_timestamp($1)) x`;
    const effect = `select ${after} (select handled_at as at from events.inbox where handled_at > to_timestamp($1)) x`;
    const waiting =
      'select count(*) from events.outbox where published_at is null and occurred_at < to_timestamp($1)';
    await this.until('the backlog is published', async () => (await this.count(waiting, since)) === 0);
    const drainedMs = ((await this.now()) - since) * 1000;
    return {
      publishedMs: await this.known('an event is published', published, since),
      effectMs: await this.known('an event takes effect', effect, since),
      drainedMs,
    };
  }

  /** A figure that there is only once something has happened. */
  private async known(what: string, sql: string, since: number): Promise<number> {
    let figure = Number.NaN;
    await this.until(what, async () => !Number.isNaN((figure = await this.count(sql, since))));
    return figure;
  }

  /** Everything that is wrong: I9–I14 and I18 from outside, the rest by `cli verify`; and how many messages came twice. */
  async prove(crashes: number): Promise<{ duplicates: number; messages: number; wrong: unknown[] }> {
    await this.settled();
    const logLines = this.shops.flatMap((shop) => shop.logLines);
    const { findings, ...figures } = await checkTopics(this.pool, this.topics, { crashes });
    const verified = await this.shops[0]?.cli('verify');
    const wrong = [
      ...findings,
      ...(await checkEffects(this.pool, this.topics)),
      ...(await checkFromOutside(this.pool, this.log, { logLines })),
      ...(verified?.code === 0 ? [] : [verified]),
    ];
    return { ...figures, wrong: wrong.slice(0, 20) };
  }

  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const giveUpAt = Date.now() + settledWithinMs;
    while (!(await isSo())) {
      if (Date.now() > giveUpAt) throw new Error(`never so: ${what}`);
      await pause(100);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.shops.map((shop) => shop.stop()));
    await this.pool.end();
    await Promise.all([this.broker.remove(), this.database.remove()]);
  }
}

interface Brokers {
  brokers: string;
  remove(): Promise<void>;
}

/** Puts items on the shelf, answers their skus. */
type Stock = (prefix: string, count: number) => Promise<string[]>;

/** What a load balancer and an operator see of a shop. */
export async function readinessOf(shop: ShopProcess): Promise<{ status: number; degraded: string[] }> {
  const answer = await fetch(`${shop.url}/health/ready`);
  const { degraded = [] } = (await answer.json()) as { degraded?: string[] };
  return { status: answer.status, degraded };
}

export async function metricsOf(shop: ShopProcess): Promise<string> {
  return (await fetch(`${shop.url}/metrics`)).text();
}

/** Lines that ask for an operator's eye. */
export const warningsOf = (shop: ShopProcess): string[] =>
  shop.logLines.filter((line) => /"level":"(warn|error)"/.test(line));
