import { z } from 'zod';
import { readRetailFiles, type RetailInvoice, type RetailItem } from './retail-files.js';
import { ShopClient } from './shop-client.js';
import { type Receipt, Shopper } from './shopper.js';

export interface ReplayOptions {
  files: string[];
  baseUrl: string;
  /** How many shoppers buy at once. */
  shoppers: number;
  onProgress?: (bought: number, of: number) => void;
}

/** What a replay added up to, as the shop told it; amounts in minor units, latencies in milliseconds. */
export interface ReplayReport {
  items: number;
  orders: number;
  lines: number;
  units: number;
  revenueMinor: number;
  /** What is left on the shelves of the items that the files sell. */
  unitsLeft: number;
  retries: number;
  seconds: number;
  ordersPerSecond: number;
  latencyMs: { p50: number; p95: number; p99: number; max: number };
}

const tokenAnswer = z.object({ accessToken: z.string() });
const importAnswer = z.object({ accepted: z.number(), rejected: z.number() });
const itemPage = z.object({
  items: z.array(z.object({ sku: z.string(), onHand: z.number() })),
  nextCursor: z.string().optional(),
});

/** Plays days of a real shop against a running one: stocks exactly what the files sell, then buys every invoice. */
export async function replayShop(options: ReplayOptions): Promise<ReplayReport> {
  const { items, invoices } = await readRetailFiles(options.files);
  const client = new ShopClient(options.baseUrl);
  const staffToken = await tokenOf(client, 'admin');
  await stockShelves(client, staffToken, items);
  const started = performance.now();
  const receipts = await buyAll(new Shopper(client, staffToken), invoices, options);
  const seconds = (performance.now() - started) / 1000;
  return {
    items: items.length,
    orders: new Set(receipts.map((receipt) => receipt.orderId)).size,
    lines: sum(receipts.map((receipt) => receipt.lines)),
    units: sum(receipts.map((receipt) => receipt.units)),
    revenueMinor: sum(receipts.map((receipt) => receipt.revenueMinor)),
    unitsLeft: await unitsLeft(client, staffToken, new Set(items.map((item) => item.sku))),
    retries: client.retries,
    seconds: round(seconds),
    ordersPerSecond: round(receipts.length / seconds),
    latencyMs: percentiles(client.latenciesMs),
  };
}

async function tokenOf(client: ShopClient, role: string): Promise<string> {
  const answer = await client.send({ method: 'POST', path: '/dev/token', body: { role } });
  return tokenAnswer.parse(answer.body).accessToken;
}

async function stockShelves(client: ShopClient, staffToken: string, items: RetailItem[]): Promise<void> {
  const rows = items.map((item) =>
    JSON.stringify({
      sku: item.sku,
      name: item.name,
      priceMinor: item.priceMinor,
      active: true,
      receive: item.units,
    }),
  );
  const answer = await client.send({
    method: 'POST',
    path: '/v1/imports',
    body: rows.join('\n'),
    headers: { authorization: `Bearer ${staffToken}`, 'content-type': 'application/x-ndjson' },
  });
  const report = importAnswer.parse(answer.body);
  if (report.rejected > 0) throw new Error(`the import refused ${report.rejected} of ${items.length} items`);
}

async function buyAll(
  shopper: Shopper,
  invoices: RetailInvoice[],
  options: ReplayOptions,
): Promise<Receipt[]> {
  const waiting = [...invoices];
  const receipts: Receipt[] = [];
  const shop = async (): Promise<void> => {
    for (let invoice = waiting.shift(); invoice; invoice = waiting.shift()) {
      receipts.push(await shopper.buy(invoice));
      options.onProgress?.(receipts.length, invoices.length);
    }
  };
  await Promise.all(Array.from({ length: options.shoppers }, shop));
  return receipts;
}

async function unitsLeft(client: ShopClient, staffToken: string, skus: Set<string>): Promise<number> {
  let left = 0;
  let cursor: string | undefined;
  do {
    const path = `/v1/stock?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const answer = await client.send({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${staffToken}` },
    });
    const page = itemPage.parse(answer.body);
    left += sum(page.items.filter((level) => skus.has(level.sku)).map((level) => level.onHand));
    cursor = page.nextCursor;
  } while (cursor);
  return left;
}

function percentiles(latenciesMs: number[]): ReplayReport['latencyMs'] {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const round = (value: number): number => Math.round(value * 10) / 10;
