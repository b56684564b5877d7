import type { Pool } from 'pg';
// The map of the house: each room adds its events to the catalogue.
import '../../../src/app.module.js';
import { OrdersListener } from '../../../src/orders/orders.listener.js';
import { allEvents } from '../../../src/platform/events/index.js';
import { validateMessage } from '../event-contract.js';
import type { ReadMessage, TestTopics } from '../topics.js';
import type { Finding } from './checker.js';

/** Events that one crash may bring a second time: those that the relay had brought and not yet marked. */
const relayBatch = 500;

/** What every topic holds, read from its beginning, and what is wrong with it. */
export interface TopicReport {
  messages: number;
  duplicates: number;
  findings: Finding[];
}

interface OutboxRow {
  id: string;
  topic: string;
  key: string;
  type: string;
  aggregate: string;
  sequence: number;
}

/** Holds the topics against the outbox and the contract: I9 complete, I10 in order per aggregate. */
export async function checkTopics(
  database: Pool,
  topics: TestTopics,
  { crashes }: { crashes: number },
): Promise<TopicReport> {
  const { rows } = await database.query<OutboxRow>(
    `select id, topic, key, type, aggregatetype || ' ' || aggregateid as aggregate, sequence from events.outbox`,
  );
  const outbox = new Map(rows.map((row) => [row.id, row]));
  const names = [...new Set(allEvents().map(({ topic }) => topic))];
  const read: ReadMessage[] = [];
  for (const name of names) read.push(...(await topics.read(name)));
  const first = firstOccurrences(read);
  const duplicates = read.length - first.length;
  return {
    messages: read.length,
    duplicates,
    findings: [
      ...incomplete(outbox, first, topics),
      ...(duplicates > relayBatch * crashes
        ? [i9(`${duplicates} messages came twice, allowed for ${crashes} crashes: ${relayBatch * crashes}`)]
        : []),
      ...outOfOrder(outbox, first),
      ...first.flatMap(breach),
    ],
  };
}

/** I11: one effect for each event that the orders' room listens to, and no letter. */
export async function checkEffects(database: Pool, topics: TestTopics): Promise<Finding[]> {
  const { rows } = await database.query<{ events: number; effects: number; both: number; letters: number }>(
    `select (select count(*) from events.outbox where type = any ($1)) as events,
       (select count(*) from events.inbox where consumer = 'orders') as effects,
       (select count(*) from events.outbox o join events.inbox i on i.event_id = o.id::text
        where o.type = any ($1) and i.consumer = 'orders' and not i.is_set_aside) as both,
       (select count(*) from events.dead_letter) as letters`,
    [typesOfOrders],
  );
  const [counted] = rows;
  const told = (await topics.read('dead-letters')).length;
  return [
    ...(counted && counted.events === counted.effects && counted.events === counted.both
      ? []
      : [i11(`of the events that orders listens to: ${JSON.stringify(counted)}`)]),
    ...(counted?.letters === 0 && told === 0
      ? []
      : [i11(`${counted?.letters} dead letters are kept and ${told} were told, wanted: none`)]),
  ];
}

/** What the orders' room listens to, by the marks on its listener. */
export const typesOfOrders = Object.values(
  Object.getOwnPropertyDescriptors(OrdersListener.prototype),
).flatMap(({ value }) => (Reflect.getMetadata('events:types', Object(value) as object) ?? []) as string[]);

/** In the order of the partitions; the topics come partition by partition, each in order. */
function firstOccurrences(read: readonly ReadMessage[]): ReadMessage[] {
  const seen = new Set<string | undefined>();
  return read.filter(({ headers }) => {
    const isFirst = !seen.has(headers['ce_id']);
    seen.add(headers['ce_id']);
    return isFirst;
  });
}

function incomplete(
  outbox: Map<string, OutboxRow>,
  first: readonly ReadMessage[],
  topics: TestTopics,
): Finding[] {
  const told = new Set(first.map(({ headers }) => headers['ce_id']));
  const lost = [...outbox.values()].filter(({ id }) => !told.has(id));
  const unknown = first.filter(({ headers, topic, key }) => {
    const row = outbox.get(headers['ce_id'] ?? '');
    return !row || row.type !== headers['ce_type'] || row.key !== key || topics.nameOf(row.topic) !== topic;
  });
  return [
    ...lost.map(({ id, type, topic }) => i9(`${type} ${id} is in the outbox and not in ${topic}`)),
    ...unknown.map(({ headers, topic }) =>
      i9(`${headers['ce_type']} ${headers['ce_id']} of ${topic} is not so in the outbox`),
    ),
  ];
}

function outOfOrder(outbox: Map<string, OutboxRow>, first: readonly ReadMessage[]): Finding[] {
  const last = new Map<string, number>();
  return first.flatMap(({ headers, topic, partition, offset }) => {
    const aggregate = outbox.get(headers['ce_id'] ?? '')?.aggregate ?? '';
    const [before, sequence] = [last.get(aggregate) ?? 0, Number(headers['ce_sequence'])];
    last.set(aggregate, sequence);
    if (sequence === before + 1) return [];
    const found = `${topic}/${partition}@${offset}: ${aggregate} tells ${sequence} after ${before}`;
    return [{ invariant: 'I10', found } satisfies Finding];
  });
}

function breach({ headers, value }: ReadMessage): Finding[] {
  try {
    validateMessage(headers, value);
    return [];
  } catch (error) {
    return [i9(String(error))];
  }
}

const i9 = (found: string): Finding => ({ invariant: 'I9', found });
const i11 = (found: string): Finding => ({ invariant: 'I11', found });
