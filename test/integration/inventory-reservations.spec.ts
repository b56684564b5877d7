import { uuidv7 } from 'uuidv7';
import {
  inventoryInvariants,
  InventoryService,
  type LineToReserve,
  OutOfStock,
} from '../../src/inventory/index.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { DomainError } from '../../src/platform/errors/domain-error.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { countStatements } from '../support/statements.js';

let app: TestApp;
let inventory: InventoryService;
let admin: string;

beforeAll(async () => {
  app = await startTestApp();
  inventory = app.app.get(InventoryService, { strict: false });
  admin = await app.token('admin');
}, 120_000);
afterAll(async () => app?.close());

afterEach(async () => {
  for (const { title, sql } of inventoryInvariants) {
    const { rows } = await app.database.query(sql);
    expect({ title, rows }).toEqual({ title, rows: [] });
  }
});

const inTransaction = <T>(work: () => Promise<T>): Promise<T> =>
  app.app.get(Transaction, { strict: false }).run(work);

/** Puts items with these units on the shelf and answers with their skus. */
async function shelf(...units: number[]): Promise<string[]> {
  const skus = units.map(() => `S-${uuidv7()}`);
  const rows = units.map((receive, index) =>
    JSON.stringify({ sku: skus[index], name: 'Thing', priceMinor: 100, receive }),
  );
  const answer = await app.request
    .post('/v1/imports')
    .set('Authorization', `Bearer ${admin}`)
    .set('Content-Type', 'application/x-ndjson')
    .send(rows.join('\n'))
    .expect(200);
  expect(answer.body).toMatchObject({ accepted: units.length, rejected: 0 });
  return skus;
}

const lineOf = (sku: string, quantity: number): LineToReserve => ({ orderLineId: uuidv7(), sku, quantity });

async function figures(sku: string): Promise<{ on_hand: number; reserved: number; version: number }> {
  const { rows } = await app.database.query<{ on_hand: number; reserved: number; version: number }>(
    'select on_hand, reserved, version from inventory.stock_level where sku = $1',
    [sku],
  );
  return rows[0] ?? { on_hand: NaN, reserved: NaN, version: NaN };
}

async function eventsOf(sku: string): Promise<string[]> {
  const { rows } = await app.database.query<{ told: string }>(
    `select type || ' ' || (payload->>'version') as told from events.outbox
     where aggregateid = $1 order by position`,
    [`${sku}@main`],
  );
  return rows.map((row) => row.told);
}

async function statusOf(orderId: string): Promise<string[]> {
  const { rows } = await app.database.query<{ status: string }>(
    'select status from inventory.reservation where order_id = $1 order by order_line_id',
    [orderId],
  );
  return rows.map((row) => row.status);
}

/** A reserved and confirmed order. */
async function confirmed(lines: LineToReserve[]): Promise<string> {
  const orderId = uuidv7();
  await inTransaction(async () => {
    await inventory.reserve(orderId, lines);
    await inventory.commit(orderId);
  });
  return orderId;
}

const codes = (results: PromiseSettledResult<unknown>[]): string[] =>
  results.map((result) => {
    if (result.status === 'fulfilled') return 'done';
    return result.reason instanceof DomainError ? result.reason.code : String(result.reason);
  });

describe('reserving', () => {
  it('promises the units, keeps the ledger and tells one event per level', async () => {
    const [one = '', two = ''] = await shelf(10, 3);
    await inTransaction(() => inventory.reserve(uuidv7(), [lineOf(one, 4), lineOf(two, 3)]));
    expect(await figures(one)).toEqual({ on_hand: 10, reserved: 4, version: 2 });
    expect(await figures(two)).toEqual({ on_hand: 3, reserved: 3, version: 2 });
    expect(await eventsOf(one)).toEqual(['stock.replenished 1', 'stock.changed 2']);
    expect(await eventsOf(two)).toEqual(['stock.replenished 1', 'stock.depleted 2']);
  });

  it('refuses all lines when some are short, and names every short one with what is available', async () => {
    const [plenty = '', few = '', none = ''] = await shelf(10, 2, 0);
    const lines = [lineOf(plenty, 5), lineOf(few, 3), lineOf(none, 1), lineOf('NO-SUCH-SKU', 1)];
    const refusal = await inTransaction(() => inventory.reserve(uuidv7(), lines)).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(OutOfStock);
    expect(refusal).toMatchObject({
      code: 'out-of-stock',
      details: {
        extensions: {
          lines: [
            { sku: few, requested: 3, available: 2 },
            { sku: none, requested: 1, available: 0 },
            { sku: 'NO-SUCH-SKU', requested: 1, available: 0 },
          ],
        },
      },
    });
    expect(await figures(plenty)).toMatchObject({ reserved: 0, version: 1 });
  });

  it('refuses a single short line with what is available', async () => {
    const [sku = ''] = await shelf(2);
    const refusal = await inTransaction(() => inventory.reserve(uuidv7(), [lineOf(sku, 3)])).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({
      code: 'out-of-stock',
      details: { extensions: { lines: [{ sku, requested: 3, available: 2 }] } },
    });
  });

  it('counts two lines of one item together', async () => {
    const [sku = '', other = ''] = await shelf(5, 5);
    const short = inTransaction(() =>
      inventory.reserve(uuidv7(), [lineOf(sku, 3), lineOf(other, 1), lineOf(sku, 3)]),
    );
    await expect(short).rejects.toMatchObject({
      details: { extensions: { lines: [{ sku, requested: 6, available: 5 }] } },
    });
    await inTransaction(() => inventory.reserve(uuidv7(), [lineOf(sku, 3), lineOf(sku, 2)]));
    expect(await figures(sku)).toEqual({ on_hand: 5, reserved: 5, version: 2 });
  });

  it('sells exactly 20 of 20 to 50 shoppers at once', async () => {
    const [sku = ''] = await shelf(20);
    const tries = Array.from({ length: 50 }, () =>
      inTransaction(() => inventory.reserve(uuidv7(), [lineOf(sku, 1)])),
    );
    const outcomes = codes(await Promise.allSettled(tries));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === 'out-of-stock')).toHaveLength(30);
    expect(await figures(sku)).toMatchObject({ on_hand: 20, reserved: 20, version: 21 });
  }, 60_000);

  it('sells exactly what is there when many lines come in opposite orders at once', async () => {
    const skus = await shelf(15, 15, 15, 15);
    const tries = Array.from({ length: 40 }, (_, index) => {
      const lines = skus.map((sku) => lineOf(sku, 1));
      return inTransaction(() => inventory.reserve(uuidv7(), index % 2 === 0 ? lines : lines.reverse()));
    });
    const outcomes = codes(await Promise.allSettled(tries));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(15);
    expect(outcomes.filter((outcome) => outcome === 'out-of-stock')).toHaveLength(25);
  }, 60_000);

  it('is undone with the transaction it belongs to', async () => {
    const [sku = ''] = await shelf(5);
    const failed = inTransaction(async () => {
      await inventory.reserve(uuidv7(), [lineOf(sku, 5)]);
      throw new Error('the order was not placed');
    });
    await expect(failed).rejects.toThrow('not placed');
    expect(await figures(sku)).toEqual({ on_hand: 5, reserved: 0, version: 1 });
    expect(await eventsOf(sku)).toEqual(['stock.replenished 1']);
  });

  it('takes as many statements for 600 lines as for 2', async () => {
    const skus = await shelf(...Array.from({ length: 600 }, () => 1));
    const few = await shelf(1, 1);
    const walk = async (lines: LineToReserve[]): Promise<string[]> => {
      const { statements } = await countStatements(async () => {
        const orderId = await confirmed(lines);
        await inTransaction(() => inventory.ship(orderId, lines));
        await inTransaction(() => inventory.restock(orderId, lines));
        const other = uuidv7();
        await inTransaction(() =>
          inventory.reserve(
            other,
            lines.map((line) => ({ ...line, orderLineId: uuidv7() })),
          ),
        );
        await inTransaction(() => inventory.release(other));
      });
      return statements;
    };
    const two = await walk(few.map((sku) => lineOf(sku, 1)));
    const manyLines = await walk(skus.map((sku) => lineOf(sku, 1)));
    expect(manyLines).toEqual(two);
    const ofInventory = two.filter((statement) => statement.includes('inventory.'));
    expect(ofInventory).toHaveLength(11);
    const single = await countStatements(() => confirmed(few.slice(0, 1).map((sku) => lineOf(sku, 1))));
    expect(single.statements.filter((statement) => statement.includes('inventory.'))).toHaveLength(2);
  }, 60_000);
});

describe('giving back, shipping and taking back', () => {
  it('gives back all that an order still holds', async () => {
    const [one = '', two = ''] = await shelf(5, 5);
    const lines = [lineOf(one, 5), lineOf(two, 2)];
    const orderId = uuidv7();
    await inTransaction(() => inventory.reserve(orderId, lines));
    await inTransaction(() =>
      inventory.release(orderId, [{ orderLineId: lines[0]?.orderLineId ?? '', quantity: 2 }]),
    );
    expect(await figures(one)).toMatchObject({ reserved: 3 });
    expect(await statusOf(orderId)).toEqual(['active', 'active']);
    await inTransaction(() => inventory.release(orderId));
    expect(await figures(one)).toEqual({ on_hand: 5, reserved: 0, version: 4 });
    expect(await statusOf(orderId)).toEqual(['released', 'released']);
    expect(await eventsOf(one)).toEqual([
      'stock.replenished 1',
      'stock.depleted 2',
      'stock.replenished 3',
      'stock.changed 4',
    ]);
  });

  it('ships in parts, each off the shelf, and takes shipped units back for anyone to buy', async () => {
    const [sku = ''] = await shelf(5);
    const line = lineOf(sku, 5);
    const orderId = await confirmed([line]);
    await inTransaction(() => inventory.ship(orderId, [{ ...line, quantity: 2 }]));
    expect(await figures(sku)).toMatchObject({ on_hand: 3, reserved: 3 });
    expect(await statusOf(orderId)).toEqual(['committed']);
    await inTransaction(() => inventory.ship(orderId, [{ ...line, quantity: 3 }]));
    expect(await figures(sku)).toMatchObject({ on_hand: 0, reserved: 0 });
    expect(await statusOf(orderId)).toEqual(['fulfilled']);
    await inTransaction(() => inventory.restock(orderId, [{ ...line, quantity: 4 }]));
    expect(await figures(sku)).toMatchObject({ on_hand: 4, reserved: 0 });
    const twice = inTransaction(() => inventory.restock(orderId, [{ ...line, quantity: 2 }]));
    await expect(twice).rejects.toMatchObject({ code: 'reservation-state' });
  });

  it('confirms once, and only what is still held', async () => {
    const [sku = ''] = await shelf(5);
    const orderId = await confirmed([lineOf(sku, 2)]);
    await expect(inTransaction(() => inventory.commit(orderId))).rejects.toMatchObject({
      code: 'nothing-reserved',
    });
    await expect(inTransaction(() => inventory.commit(uuidv7()))).rejects.toMatchObject({
      code: 'nothing-reserved',
    });
  });

  it('ships nothing that is not confirmed, and gives back nothing that has left', async () => {
    const [sku = ''] = await shelf(5);
    const line = lineOf(sku, 2);
    const orderId = uuidv7();
    await inTransaction(() => inventory.reserve(orderId, [line]));
    const early = inTransaction(() => inventory.ship(orderId, [line]));
    await expect(early).rejects.toMatchObject({
      code: 'reservation-state',
      details: { extensions: { currentState: 'active' } },
    });
    await inTransaction(() => inventory.commit(orderId));
    await inTransaction(() => inventory.ship(orderId, [line]));
    const late = inTransaction(() => inventory.release(orderId, [line]));
    await expect(late).rejects.toMatchObject({
      code: 'reservation-state',
      details: { extensions: { currentState: 'fulfilled' } },
    });
    const foreign = inTransaction(() => inventory.ship(orderId, [lineOf(sku, 1)]));
    await expect(foreign).rejects.toMatchObject({ code: 'reservation-not-found' });
  });

  it('lets one of ship and release win when both want the same units at once', async () => {
    const [sku = ''] = await shelf(50);
    for (let round = 0; round < 10; round += 1) {
      const line = lineOf(sku, 3);
      const orderId = await confirmed([line]);
      const outcomes = codes(
        await Promise.allSettled([
          inTransaction(() => inventory.ship(orderId, [line])),
          inTransaction(() => inventory.release(orderId, [line])),
        ]),
      );
      expect(outcomes.sort()).toEqual(['done', 'reservation-state']);
    }
  }, 60_000);
});

describe('counting while shoppers buy', () => {
  it('never leaves fewer units than are promised', async () => {
    const [sku = ''] = await shelf(20);
    const recount = (): Promise<number> =>
      app.request
        .post(`/v1/stock/${sku}/recounts`)
        .set('Authorization', `Bearer ${admin}`)
        .set('Idempotency-Key', uuidv7())
        .send({ counted: 10 })
        .then((answer) => answer.status);
    const reserve = (): Promise<void> => inTransaction(() => inventory.reserve(uuidv7(), [lineOf(sku, 1)]));
    const [statuses, sales] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, recount)),
      Promise.allSettled(Array.from({ length: 30 }, reserve)),
    ]);
    for (const status of statuses) expect([201, 409]).toContain(status);
    for (const code of codes(sales)) expect(['done', 'out-of-stock']).toContain(code);
    const { on_hand, reserved } = await figures(sku);
    expect(reserved).toBe(codes(sales).filter((code) => code === 'done').length);
    expect(on_hand).toBe(statuses.includes(201) ? 10 : 20);
  }, 60_000);
});

describe('the tables themselves', () => {
  it('refuse a change of the ledger', async () => {
    await shelf(1);
    for (const sql of [
      'update inventory.movement set delta_on_hand = 2',
      'delete from inventory.movement',
      'truncate inventory.movement',
    ]) {
      await expect(app.database.query(sql)).rejects.toThrow('append-only');
    }
  });

  it('refuse a level that breaks the law of stock', async () => {
    const [sku = ''] = await shelf(5);
    const set = (figure: string) =>
      app.database.query(`update inventory.stock_level set ${figure} where sku = $1`, [sku]);
    await expect(set('on_hand = -1')).rejects.toThrow('stock_level');
    await expect(set('reserved = 6')).rejects.toThrow('stock_level_reserved');
    await expect(set('reserved = -1')).rejects.toThrow('stock_level_reserved');
  });
});

describe('a quote', () => {
  it('has price and shelf of what exists, in the currency that is asked for', async () => {
    const [sku = ''] = await shelf(5);
    await inTransaction(() => inventory.reserve(uuidv7(), [lineOf(sku, 2)]));
    expect(await inventory.quote([sku, 'NO-SUCH-SKU'], { currency: 'GBP' })).toEqual([
      { sku, name: 'Thing', unitPriceMinor: 100, currency: 'GBP', isActive: true, available: 3 },
    ]);
    expect(await inventory.quote([sku], { currency: 'EUR' })).toEqual([]);
  });
});
