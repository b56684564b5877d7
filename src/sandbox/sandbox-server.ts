import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { openCarrier } from './carrier/carrier.js';
import { openPsp } from './payments/psp.js';
import { SandboxDatabase } from './sandbox-database.js';
import { type Route, serve } from './sandbox-routes.js';
import { WebhookQueue } from './webhook-queue.js';

export interface SandboxSettings {
  /** Whose schema `sandbox` it keeps its books in. */
  databaseUrl: string;
  webhookSecret: string;
  /** The shop's base URL; may be told later by `deliverTo`. */
  webhookTarget?: string;
  /** Loopback port; a free one where absent. */
  port?: number;
  /** Time between two scans of a parcel; 200 where absent. */
  carrierPaceMs?: number;
}

export interface Sandbox {
  url: string;
  deliverTo(url: string): void;
  stop(): Promise<void>;
}

/** What each counterpart is given. */
export interface SandboxContext {
  database: SandboxDatabase;
  webhooks: WebhookQueue;
  carrierPaceMs: number;
  /** The sandbox's own base URL, known once it listens. */
  baseUrl(): string;
}

/** One counterpart: what it answers, and what it does by itself over time. */
export interface Counterpart {
  routes: readonly Route[];
  /** Does what is due, answers how much that was. */
  tick(): Promise<number>;
}

/** Every counterpart in the house. */
const counterparts: readonly ((context: SandboxContext) => Counterpart)[] = [openPsp, openCarrier];

const restMs = 50;
const usualPaceMs = 200;

/** Starts the payment provider and the carrier that are not there, on loopback. */
export async function startSandbox(settings: SandboxSettings): Promise<Sandbox> {
  const database = new SandboxDatabase(settings.databaseUrl);
  const webhooks = new WebhookQueue(database, settings.webhookSecret, settings.webhookTarget);
  let url = '';
  const open = counterparts.map((counterpart) =>
    counterpart({
      database,
      webhooks,
      carrierPaceMs: settings.carrierPaceMs ?? usualPaceMs,
      baseUrl: () => url,
    }),
  );
  const server = serve(open.flatMap((counterpart) => counterpart.routes));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(settings.port ?? 0, '127.0.0.1', resolve);
  });
  // `listen` on a TCP port answers an AddressInfo.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stopping = new AbortController();
  const clock = run(
    [...open.map((counterpart) => () => counterpart.tick()), () => webhooks.deliver()],
    stopping.signal,
  );
  return {
    url,
    deliverTo: (target) => webhooks.deliverTo(target),
    stop: async () => {
      stopping.abort();
      server.close();
      server.closeAllConnections();
      await clock;
      await database.end();
    },
  };
}

async function run(ticks: readonly (() => Promise<number>)[], stopping: AbortSignal): Promise<void> {
  const logger = new Logger('Sandbox');
  while (!stopping.aborted) {
    let done = 0;
    for (const tick of ticks) {
      done += await tick().catch((error: unknown) => {
        logger.warn(`will try again: ${error instanceof Error ? error.message : String(error)}`);
        return 0;
      });
    }
    if (done === 0) await pause(restMs);
  }
}
