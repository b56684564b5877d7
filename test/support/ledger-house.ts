import { Controller } from '@nestjs/common';
import { Database } from '../../src/platform/database/database.js';
import { Consumer, OnEvent } from '../../src/platform/events/index.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { type EventHouse, openEventHouse, type ProbeEvent } from './event-house.js';
import { newTopics, type TestTopics } from './topics.js';

/** What the ledger does with an event before it writes its effect; by the probe's id. */
export const before = new Map<string, (event: ProbeEvent) => void | Promise<void>>();

@Consumer('ledger')
@Controller()
class Ledger {
  constructor(private readonly database: Database) {}

  @OnEvent('probe.moved')
  async write(event: ProbeEvent): Promise<void> {
    await before.get(event.aggregateId)?.(event);
    await this.database.rows('insert into public.effect (probe, version) values ($1, $2)', [
      event.aggregateId,
      event.sequence,
    ]);
  }
}

/** Processes of one shop over the broker, whose only listener keeps a row per effect. */
export interface LedgerHouse {
  on: TestDatabase;
  topics: TestTopics;
  /** One more process, over the broker unless `environment` says otherwise. */
  open(environment?: NodeJS.ProcessEnv): Promise<EventHouse>;
  /** The versions that took effect, in the order in which they did. */
  effects(probe: string): Promise<number[]>;
  /** Events that took effect, and places in the inbox. */
  counts(): Promise<{ effects: number; handled: number; dead: number }>;
  close(): Promise<void>;
}

export async function newLedgerHouse(): Promise<LedgerHouse> {
  const on = await createTestDatabase();
  await on.query('create table public.effect (turn serial, probe text not null, version int not null)');
  const topics = newTopics();
  const open: EventHouse[] = [];
  return {
    on,
    topics,
    open: async (environment = topics.environment) => {
      const house = await openEventHouse(on, { listeners: [Ledger], environment });
      open.push(house);
      return house;
    },
    effects: async (probe) => {
      const { rows } = await on.query<{ version: number }>(
        'select version from public.effect where probe = $1 order by turn',
        [probe],
      );
      return rows.map(({ version }) => version);
    },
    counts: async () => {
      const { rows } = await on.query<{ effects: number; handled: number; dead: number }>(
        `select (select count(*)::int from public.effect) as effects,
           (select count(*)::int from events.inbox where consumer = 'ledger') as handled,
           (select count(*)::int from events.dead_letter) as dead`,
      );
      return rows[0] ?? { effects: 0, handled: 0, dead: 0 };
    },
    close: async () => {
      for (const house of open) await house.close();
      await topics.remove();
      await on.drop();
    },
  };
}
