import type { Pool } from 'pg';
import type { ClientLog, ClientLogEntry } from './client-log.js';

/** One invariant that does not hold, and by what. */
export interface Finding {
  invariant: 'I9' | 'I10' | 'I11' | 'I12' | 'I13' | 'I14' | 'I18' | 'I19';
  found: string;
}

/** What only the clients, the logs and the metrics can tell; what the database tells by itself is `cli verify`. */
export async function checkFromOutside(
  database: Pool,
  log: ClientLog,
  outside: { logLines?: string[]; secrets?: string[]; metrics?: string } = {},
): Promise<Finding[]> {
  return [
    ...(await lostWrites(database, log)),
    ...(await phantoms(database, log)),
    ...unequalReplays(log),
    ...secretsInLogs(outside.logLines ?? [], outside.secrets ?? []),
    ...(outside.metrics === undefined ? [] : await untrueMetrics(database, outside.metrics)),
  ];
}

async function lostWrites(database: Pool, log: ClientLog): Promise<Finding[]> {
  const acknowledged = log.acknowledgedOrders();
  const { rows } = await database.query<{ id: string; total: string }>(
    'select id, total_minor::text as total from orders."order"',
  );
  const stored = new Map(rows.map((row) => [row.id, Number(row.total)]));
  const carts = await database.query<{ id: string }>('select id from carts.cart');
  const knownCarts = new Set(carts.rows.map((row) => row.id));
  return [
    ...acknowledged
      .filter((entry) => entry.id === undefined || stored.get(entry.id) !== entry.totalMinor)
      .map((entry): Finding => ({
        invariant: 'I12',
        found: `order ${entry.id} of ${entry.totalMinor} was acknowledged, stored is ${stored.get(entry.id ?? '')}`,
      })),
    ...log
      .acknowledgedCarts()
      .filter((entry) => !knownCarts.has(entry.id ?? ''))
      .map((entry): Finding => ({
        invariant: 'I12',
        found: `cart ${entry.id} was acknowledged and is not there`,
      })),
  ];
}

async function phantoms(database: Pool, log: ClientLog): Promise<Finding[]> {
  const tried = log.cartsTriedToCheckOut();
  const oneCalls = log.entries.filter(
    (entry) => entry.method === 'POST' && entry.path === '/v1/orders',
  ).length;
  const { rows } = await database.query<{ id: string; cart: string | null }>(
    'select id, cart_id as cart from orders."order"',
  );
  const unexplained = rows.filter((row) => (row.cart === null ? oneCalls === 0 : !tried.has(row.cart)));
  return unexplained.map((row) => ({ invariant: 'I13', found: `nobody asked for order ${row.id}` }));
}

/** Same key and same body: the same status and the same bytes, whatever was refused for the moment in between. */
function unequalReplays(log: ClientLog): Finding[] {
  const answers = new Map<string, ClientLogEntry>();
  const findings: Finding[] = [];
  for (const entry of log.entries) {
    if (!entry.key || !isFinal(entry)) continue;
    const first = answers.get(entry.key) ?? entry;
    answers.set(entry.key, first);
    if (first.bodySent !== entry.bodySent || first.path !== entry.path) continue;
    if (first.status === entry.status && first.bodyHash === entry.bodyHash) continue;
    if (first.status === 409 || entry.status === 409) continue;
    findings.push({
      invariant: 'I14',
      found: `${entry.method} ${entry.path} answered ${first.status} and then ${entry.status} under one key`,
    });
  }
  return findings;
}

function isFinal({ status, code }: ClientLogEntry): boolean {
  return status >= 200 && status < 500 && status !== 429 && code !== 'idempotency-in-progress';
}

const emailAddress = /[\w.+-]+@[\w-]+\.[\w.]+/;
const cardNumber = /\b4\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b/;
const bearerToken = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/;

function secretsInLogs(lines: string[], secrets: string[]): Finding[] {
  // The greeting at the terminal is no log line: its example names an address.
  const hits = lines
    .filter((line) => line.startsWith('{'))
    .filter(
      (line) =>
        emailAddress.test(line) ||
        cardNumber.test(line) ||
        bearerToken.test(line) ||
        secrets.some((secret) => secret !== '' && line.includes(secret)),
    );
  return hits.map((line) => ({
    invariant: 'I18',
    found: `a log line holds what it must not: ${line.slice(0, 40)}…`,
  }));
}

/** Counters of one process that ran all the time against what the database counts. */
async function untrueMetrics(database: Pool, metrics: string): Promise<Finding[]> {
  const { rows } = await database.query<{ type: string; count: string }>(
    `select type, count(*)::text as count from events.outbox where type in ('order.placed', 'payment.captured', 'stock.depleted') group by type`,
  );
  return rows
    .map(({ type, count }) => ({
      type,
      stored: Number(count),
      told: sumOf(metrics, 'domain_events_total', `type="${type}"`),
    }))
    .filter(({ stored, told }) => stored !== told)
    .map(({ type, stored, told }): Finding => ({
      invariant: 'I19',
      found: `${type}: ${stored} in the outbox, ${told} in the metrics`,
    }));
}

/** Sum of a metric's samples whose labels contain `label`. */
export function sumOf(metrics: string, name: string, label = ''): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(name) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
