import supertest from 'supertest';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { type Shop, startShop } from '../../src/start.js';
import { backingServicesOf } from './backing-services.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export interface TestApp extends Pick<Shop, 'app' | 'config' | 'url'> {
  database: TestDatabase;
  request: ReturnType<typeof supertest>;
  /** A bearer token of the development issuer, such as `token('admin')` or `token('customer')`. */
  token(role: string, subject?: string): Promise<string>;
  close(): Promise<void>;
}

const defaults: NodeJS.ProcessEnv = {
  NODE_ENV: 'test',
  PORT: '0',
  LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
  // Two cores run four test files at once: a wait that is short for shoppers is not for them.
  DATABASE_ACQUIRE_TIMEOUT_MS: '5000',
  DATABASE_POOL_SIZE: '10',
};

/**
 * The shop as the server starts it, sandbox included, on a database of its own unless `overrides` names one.
 * Close it in `afterAll`; `overrides` are environment variables.
 */
export async function startTestApp(overrides: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  try {
    const { environment } = backingServicesOf(overrides['DATABASE_URL'] ?? database.url);
    const config = loadConfig({ ...defaults, DATABASE_URL: database.url, ...environment, ...overrides });
    const shop = await startShop(config, startSandbox, () => undefined);
    const request = supertest(shop.url);
    const close = async (): Promise<void> => {
      await shop.stop();
      await database.drop();
    };
    return { ...shop, database, request, token: (role, subject) => devToken(request, role, subject), close };
  } catch (error) {
    await database.drop();
    throw error;
  }
}

async function devToken(request: TestApp['request'], role: string, subject?: string): Promise<string> {
  const answer = await request.post('/dev/token').send({ role, subject }).expect(200);
  const { accessToken } = answer.body as { accessToken: string };
  return accessToken;
}
