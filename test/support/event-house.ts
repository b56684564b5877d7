import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { migrations } from '../../src/migrations.js';
import { ConfigModule } from '../../src/platform/config/config.module.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { Database } from '../../src/platform/database/database.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import {
  defineEvents,
  type DomainEvent,
  EventsModule,
  type EventsOf,
  type NewEvent,
  Outbox,
} from '../../src/platform/events/index.js';
import { DegradationsModule } from '../../src/platform/health/degradations.module.js';
import { connectEvents, KafkaModule } from '../../src/platform/kafka/index.js';
import { WorkersModule } from '../../src/platform/workers/workers.module.js';
import { backingServicesOf } from './backing-services.js';
import type { TestDatabase } from './database.js';

const probe = z.object({ probeId: z.string(), version: z.number().int().positive() });
const example = { probeId: 'p', version: 1 };

export const probeEvents = defineEvents(
  'orders',
  'probe',
  { 'probe.moved': probe, 'probe.stopped': probe },
  {
    key: 'probeId',
    subject: ['probeId'],
    examples: { 'probe.moved': example, 'probe.stopped': example },
  },
);

declare module '../../src/platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof probeEvents> {}
}

export type ProbeEvent = DomainEvent<'probe.moved'>;

/** An aggregate's next transition. */
export function moved(probeId: string, version: number): NewEvent<'probe.moved'> {
  return {
    type: 'probe.moved',
    aggregateId: probeId,
    sequence: version,
    key: probeId,
    payload: { probeId, version },
  };
}

export const newProbe = (): string => randomUUID();

/** Outbox, relay and listeners of the platform, as one process has them, with listeners of a test's own. */
export interface EventHouse {
  app: NestExpressApplication;
  outbox: Outbox;
  transaction: Transaction;
  database: Database;
  /** Commits the events, in one transaction. */
  tell(...events: NewEvent[]): Promise<void>;
  close(): Promise<void>;
}

interface Parts {
  listeners?: Type[];
  environment?: NodeJS.ProcessEnv;
  /** Whether relay and listeners run; true where absent. */
  isConnected?: boolean;
}

export async function openEventHouse(on: TestDatabase, parts: Parts = {}): Promise<EventHouse> {
  const config = loadConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: on.url,
    ...backingServicesOf(on.url).environment,
    ...parts.environment,
  });
  const platform = [
    ConfigModule.forRoot(config),
    DatabaseModule.forRoot(migrations),
    WorkersModule,
    EventsModule,
    DegradationsModule,
    KafkaModule,
  ];
  @Module({ imports: platform, controllers: parts.listeners ?? [] })
  class EventTestModule {}
  const app = await NestFactory.create<NestExpressApplication>(EventTestModule, {
    logger: false,
    abortOnError: false,
  });
  await app.init();
  if (parts.isConnected ?? true) await connectEvents(app);
  const [outbox, transaction, database] = [app.get(Outbox), app.get(Transaction), app.get(Database)];
  const tell = (...events: NewEvent[]): Promise<void> => transaction.run(async () => outbox.add(...events));
  return { app, outbox, transaction, database, tell, close: () => app.close() };
}

/** Waits until `look` answers something true; a hang fails the test with what was waited for. */
export async function eventually<T>(what: string, look: () => Promise<T> | T): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > giveUpAt) throw new Error(`never came: ${what}`);
    await pause(20);
  }
}
