import supertest from 'supertest';
import { migrations } from '../../src/migrations.js';
import { freePort } from '../../src/platform/database/embedded/port.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { inProcess } from '../support/backing-services.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';

const production = {
  NODE_ENV: 'production',
  AUTH_MODE: 'guests',
  TOKEN_SECRET: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
};

describe('outside production', () => {
  let shop: TestApp;
  beforeAll(async () => {
    shop = await startTestApp({ ...inProcess });
  }, 30_000);
  afterAll(() => shop.close());

  it('everything is on the one port, and the detailed health says in capitals what is not real', async () => {
    expect((await shop.request.get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
    expect((await shop.request.get('/health/ready').expect(200)).body).toEqual({ status: 'ok' });
    const details = (await shop.request.get('/health').expect(200)).body;
    expect(details).toMatchObject({ isReady: true, mode: 'test', parts: { database: { status: 'up' } } });
    expect(details.banner).toMatch(/DEVELOPMENT SIGN-IN.*SANDBOX MONEY/);
  });

  it('requests are measured by the template of their route, never by an address', async () => {
    await shop.request.get('/health/live');
    await shop.request.get('/problems/not-found');
    await shop.request.get('/no/such/address/4711');
    const { text, type } = await shop.request.get('/metrics').expect(200);
    expect(type).toBe('text/plain');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/health\/live",status="200"\} \d/,
    );
    expect(text).toMatch(/route="\/problems\/:code"/);
    expect(text).toMatch(/route="none",status="404"/);
    expect(text).not.toContain('4711');
  });

  it('the docs are a page with scripts of its own, and the document is at hand', async () => {
    const page = await shop.request.get('/docs').redirects(1).expect(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect((await shop.request.get('/docs/openapi.json').expect(200)).body.openapi).toBe('3.1.0');
  });
});

describe('in production', () => {
  let shop: TestApp;
  let management: ReturnType<typeof supertest>;
  beforeAll(async () => {
    const port = await freePort();
    shop = await startTestApp({ ...inProcess, ...production, MANAGEMENT_PORT: `${port}` });
    management = supertest(`http://127.0.0.1:${port}`);
  }, 30_000);
  afterAll(() => shop.close());

  it('figures and details are on the port of management only', async () => {
    await shop.request.get('/metrics').expect(404);
    await shop.request.get('/health').expect(404);
    expect((await management.get('/metrics').expect(200)).text).toContain('http_request_duration_seconds');
    expect((await management.get('/health').expect(200)).body).toMatchObject({
      isReady: true,
      mode: 'production',
    });
    expect((await management.get('/health').expect(200)).body.banner).toBeUndefined();
  });

  it('both ports say whether the process lives and is ready, and nothing more', async () => {
    for (const port of [shop.request, management]) {
      expect((await port.get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
      expect((await port.get('/health/ready').expect(200)).body).toEqual({ status: 'ok' });
    }
  });

  it('there are no docs and no development tokens, and management has no business', async () => {
    for (const path of ['/docs', '/docs/events', '/asyncapi.json']) await shop.request.get(path).expect(404);
    await shop.request.post('/dev/token').send({ role: 'admin' }).expect(404);
    await management.get('/v1/items').expect(404);
    await management.post('/metrics').expect(405);
  });
});

describe('a production server on a database that nobody has migrated', () => {
  it('lives, is not ready, and opens by itself once the schema is there', async () => {
    const database = await createTestDatabase({ isMigrated: false });
    const PORT = `${await freePort()}`;
    const opening = startTestApp({
      ...inProcess,
      ...production,
      PORT,
      MANAGEMENT_PORT: `${await freePort()}`,
      DATABASE_URL: database.url,
    });
    const waiting = supertest(`http://127.0.0.1:${PORT}`);
    await eventually(() =>
      waiting.get('/health/live').then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    const refusal = await waiting.get('/health/ready').expect(503);
    expect(refusal.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/problem+json' });
    await migrate(database.url, migrations);
    const shop = await opening;
    await shop.request.get('/health/ready').expect(200);
    await shop.close();
    await database.drop();
  }, 60_000);
});

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((ok) => setTimeout(ok, 20));
}
