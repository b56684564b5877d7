import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from './create-app.js';
import { seedDemo } from './inventory/index.js';
import { migrations } from './migrations.js';
import type { Config } from './platform/config/config.js';
import type { Tell } from './platform/database/await-database.js';
import { awaitSchema } from './platform/database/await-schema.js';
import { databaseUrl } from './platform/database/database-url.js';
import { connectEvents } from './platform/kafka/index.js';
import { OpenConnections } from './platform/http/index.js';
import { Workers } from './platform/workers/workers.js';
import { ManagementServer } from './platform/health/management-server.js';
import { openWaitingRoom } from './platform/health/waiting-room.js';
import { prepareDatabase } from './prepare-database.js';

interface Sandbox {
  url: string;
  /** Says where its webhooks go. */
  deliverTo(shopUrl: string): void;
  stop(): Promise<void>;
}

/** Starts the sandbox provider and carrier; given by the entry points, which alone know the sandbox. */
export type StartSandbox = (settings: {
  databaseUrl: string;
  webhookSecret: string;
  carrierPaceMs: number;
}) => Promise<Sandbox>;

export interface Shop {
  app: NestExpressApplication;
  config: Config;
  /** Where it listens, on this machine. */
  url: string;
  /** Lets the requests under way end, then stops what was started for them, the database last. */
  stop(): Promise<void>;
}

type Stop = () => Promise<void>;

/** Everything from the settings to a port that listens, in the order in which one thing needs the other. */
export async function startShop(given: Config, startSandbox: StartSandbox, tell: Tell): Promise<Shop> {
  const stops: Stop[] = [];
  const stop: Stop = async () => {
    for (let last = stops.pop(); last; last = stops.pop()) await last();
  };
  try {
    const leaveWaitingRoom = await openWaitingRoom(given.PORT);
    stops.push(leaveWaitingRoom);
    const database = await prepareDatabase(given, tell);
    stops.push(() => database.stop());
    await awaitSchema(databaseUrl(database.config), migrations, tell);
    const { config, sandbox } = await withSandbox(database.config, startSandbox, stops);
    const app = await createApp(config);
    const connections = new OpenConnections(app.getHttpServer());
    stops.push(() => closeApp(app, connections));
    if (given.DATABASE_URL === undefined && config.mode !== 'production') await seedDemo(app);
    await leaveWaitingRoom();
    await app.listen(config.PORT);
    const url = urlOf(app);
    sandbox?.deliverTo(url);
    await app.get(ManagementServer).start();
    app.get(Workers).start();
    await connectEvents(app);
    return { app, config, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function withSandbox(
  config: Config,
  startSandbox: StartSandbox,
  stops: Stop[],
): Promise<{ config: Config; sandbox?: Sandbox }> {
  if (!config.isSandboxAllowed || config.SANDBOX_URL !== undefined) return { config };
  const webhookSecret = config.SANDBOX_WEBHOOK_SECRET ?? randomBytes(32).toString('hex');
  const sandbox = await startSandbox({
    databaseUrl: databaseUrl(config),
    webhookSecret,
    carrierPaceMs: config.SANDBOX_CARRIER_PACE_MS,
  });
  stops.push(() => sandbox.stop());
  return { config: { ...config, SANDBOX_URL: sandbox.url, SANDBOX_WEBHOOK_SECRET: webhookSecret }, sandbox };
}

function urlOf(app: NestExpressApplication): string {
  // `listen` on a TCP port answers an AddressInfo.
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://localhost:${port}`;
}

/** Ends the requests under way; a connection that falls idle only after the port was closed would else stay for its whole keep-alive time. */
async function closeApp(app: NestExpressApplication, connections: OpenConnections): Promise<void> {
  const sweep = setInterval(() => connections.closeIdle(), 100);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
}
