import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awaitDatabase } from '../../src/platform/database/await-database.js';
import { Database } from '../../src/platform/database/database.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/database/embedded/embedded-postgres.js';
import { EnduringPool } from '../../src/platform/database/connection.js';
import { validateToldEvents } from '../support/told-events.js';
import { startTestApp, type TestApp } from '../support/app.js';

let folder: string;
let server: EmbeddedPostgres;
let shop: TestApp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-outage-'));
  server = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  shop = await startTestApp({ DATABASE_URL: server.url });
}, 60_000);
afterAll(async () => {
  await shop.close();
  const pool = new EnduringPool({ connectionString: server.url, max: 1 });
  await validateToldEvents(pool);
  await pool.end();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const readiness = async (): Promise<number> => (await shop.request.get('/health/ready')).status;

it('ends no process, is told by readiness, and is over when the database is back on its port', async () => {
  expect(await readiness()).toBe(200);
  process.kill(server.postmasterPid, 'SIGKILL');
  const seen = new Set<number>();
  const giveUpAt = Date.now() + 30_000;
  do {
    seen.add(await readiness());
    await shop.request.get('/health/live').expect(200);
  } while (!(seen.has(503) && (await readiness()) === 200) && Date.now() < giveUpAt);
  expect([...seen]).toContain(503);
  expect(await shop.app.get(Database).row('select 1 as n')).toEqual({ n: 1 });
}, 60_000);

it('that lasts while a program starts makes it wait, not fail', async () => {
  await server.revive();
  process.kill(server.postmasterPid, 'SIGKILL');
  const told: string[] = [];
  await awaitDatabase(server.url, (message) => told.push(message));
  expect(told.at(-1)).toContain('PostgreSQL 18');
}, 60_000);
