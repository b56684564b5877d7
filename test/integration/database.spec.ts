import { Database } from '../../src/platform/database/database.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { isSchemaCurrent } from '../../src/platform/database/schema-state.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { migrations } from '../../src/migrations.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { countStatements } from '../support/statements.js';

let shop: TestApp;
let database: Database;
let transaction: Transaction;

beforeAll(async () => {
  shop = await startTestApp({ DATABASE_POOL_SIZE: '2', DATABASE_ACQUIRE_TIMEOUT_MS: '200' });
  database = shop.app.get(Database);
  transaction = shop.app.get(Transaction);
}, 30_000);
afterAll(() => shop.close());

const isReady = async (): Promise<boolean> => (await shop.request.get('/health/ready')).status === 200;

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error('it did not come to pass within ten seconds');
    await new Promise((ok) => setTimeout(ok, 50));
  }
}

describe('a connection', () => {
  it('has the limits that keep one request from holding up the others', async () => {
    const show = async (name: string): Promise<unknown> =>
      (await database.row<Record<string, string>>(`show ${name}`))?.[name];
    expect(await show('statement_timeout')).toBe('3s');
    expect(await show('lock_timeout')).toBe('2s');
    expect(await show('idle_in_transaction_session_timeout')).toBe('10s');
  });

  it('brings bigint as number, and refuses what a number cannot hold', async () => {
    expect(await database.row('select 9007199254740991::bigint as n')).toEqual({ n: 9007199254740991 });
    await expect(database.row('select 9007199254740993::bigint as n')).rejects.toThrow(/beyond the integers/);
  });

  it('that is cut leaves the pool, and the next one works', async () => {
    await database.row('select 1');
    await shop.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'shop %'`,
    );
    await eventually(() =>
      database.row('select 1').then(
        () => true,
        () => false,
      ),
    );
    expect(await transaction.run(() => database.row('select 2 as n'))).toEqual({ n: 2 });
  });

  it('that is cut inside a transaction fails that one alone', async () => {
    const cut = transaction.run(async () => {
      const own = await database.row<{ pid: number }>('select pg_backend_pid() as pid');
      await shop.database.query('select pg_terminate_backend($1)', [own?.pid]);
      await database.row('select 1');
    });
    await expect(cut).rejects.toThrow();
    expect(await transaction.run(() => database.row('select 3 as n'))).toEqual({ n: 3 });
  });
});

describe('the pool', () => {
  it('that is all taken refuses the next caller in time, and readiness tells, until it is free again', async () => {
    const release: (() => void)[] = [];
    const holders = [1, 2].map(() =>
      transaction.run(async () => {
        await database.row('select 1');
        await new Promise<void>((ok) => release.push(ok));
      }),
    );
    await eventually(() => Promise.resolve(release.length === 2));
    await expect(database.row('select 1')).rejects.toThrow(/timeout exceeded/);
    expect(await isReady()).toBe(false);
    await shop.request.get('/health/live').expect(200);
    for (const letGo of release) letGo();
    await Promise.all(holders);
    await eventually(isReady);
  });

  it('of settlement still records while all others are taken', async () => {
    const release: (() => void)[] = [];
    const holders = [1, 2].map(() =>
      transaction.run(async () => {
        await database.row('select 1');
        await new Promise<void>((ok) => release.push(ok));
      }),
    );
    await eventually(() => Promise.resolve(release.length === 2));
    expect(await transaction.run(() => database.row('select 4 as n'), 'settlement')).toEqual({ n: 4 });
    for (const letGo of release) letGo();
    await Promise.all(holders);
  });
});

describe('migrating', () => {
  it('twice at once applies every migration once', async () => {
    const empty = await createTestDatabase({ isMigrated: false });
    expect(await isSchemaCurrent(empty.pool, migrations)).toBe(false);
    const applied = await Promise.all([migrate(empty.url, migrations), migrate(empty.url, migrations)]);
    expect(applied.map((names) => names.length).sort((a, b) => a - b)).toEqual([0, migrations.length]);
    expect(await isSchemaCurrent(empty.pool, migrations)).toBe(true);
    await empty.drop();
  }, 30_000);

  it('that has not been done keeps the server from being ready', async () => {
    const { rows } = await shop.database.query<{ name: string }>(
      'delete from migration where id = (select max(id) from migration) returning name',
    );
    expect(await isReady()).toBe(false);
    expect((await shop.request.get('/health')).body.parts.database.message).toContain(rows[0]?.name);
    await shop.database.query('insert into migration (timestamp, name) values (0, $1)', [rows[0]?.name]);
    expect(await isReady()).toBe(true);
  });
});

describe('counting statements', () => {
  it('sees what the work sends and not what the test looks up', async () => {
    const { statements } = await countStatements(async () => {
      await shop.database.query('select 1');
      await transaction.run(() => database.row('select 5'));
    });
    expect(statements).toEqual(['START TRANSACTION', 'select 5', 'COMMIT']);
  });
});
