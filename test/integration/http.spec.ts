import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Body, Controller, Delete, Get, Param, Post, Query, RawBody } from '@nestjs/common';
import { z } from 'zod';
import { Permission } from '../../src/platform/auth/index.js';
import { DomainError } from '../../src/platform/errors/domain-error.js';
import { allProblems } from '../../src/platform/errors/problems.js';
import { Database } from '../../src/platform/database/database.js';
import {
  type Answer,
  BodyLimit,
  BodyTypes,
  cursorQuery,
  etagOf,
  idSchema,
  ok,
  text,
} from '../../src/platform/http/index.js';
import { NotIdempotent } from '../../src/platform/idempotency/index.js';
import { createTestDatabase, TestDatabase } from '../support/database.js';
import { PlatformApp, startPlatformApp } from '../support/platform-app.js';

const note = z.strictObject({ note: text(200_000) });

@Controller('notes')
class NotesController {
  constructor(private readonly database: Database) {}

  @Post()
  @Permission('public')
  @NotIdempotent('echoes')
  echo(@Body({ schema: note }) body: z.output<typeof note>): Answer {
    return ok({ length: body.note.length });
  }

  @Post('long')
  @Permission('public')
  @NotIdempotent('echoes')
  @BodyLimit(400_000)
  long(@Body({ schema: note }) body: z.output<typeof note>): Answer {
    return ok({ length: body.note.length });
  }

  @Post('file')
  @Permission('public')
  @NotIdempotent('echoes')
  @BodyTypes('text/csv')
  file(@RawBody() raw: Buffer): Answer {
    return ok({ text: raw.toString() });
  }

  @Get()
  @Permission('public')
  list(@Query({ schema: cursorQuery }) query: z.output<typeof cursorQuery>): object {
    return { limit: query.limit };
  }

  @Get(':id')
  @Permission('public')
  show(@Param('id', { schema: idSchema }) id: string): Answer {
    return ok({ id }, { etag: etagOf('note', 3) });
  }

  @Delete(':id')
  @Permission('public')
  async fail(@Param('id') how: string): Promise<void> {
    if (how === 'sql') await this.database.rows('select secret_column from nowhere');
    if (how === 'busy') throw new Error('timeout exceeded when trying to connect');
    if (how === 'wait')
      throw new DomainError('unavailable', 'temporary-reduced-capacity', 'later', { retryAfterSeconds: 7 });
    throw new Error('secret detail at /srv/app');
  }
}

const id = '0198a5a5-0000-7000-8000-000000000000';
let database: TestDatabase;
let shop: PlatformApp;

beforeAll(async () => {
  database = await createTestDatabase();
  shop = await startPlatformApp(database, { controllers: [NotesController] });
});

afterAll(async () => {
  await shop?.app.close();
  await database?.drop();
});

/** Sends exactly these bytes and gives what comes back before the connection ends or goes quiet. */
function sendRaw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(shop.url).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

async function expectProblem(
  sent: PromiseLike<{ status: number; headers: Record<string, string>; body: unknown }>,
  status: number,
  code: string,
) {
  const answer = await sent;
  expect(answer.body).toMatchObject({
    status,
    code,
    type: `/problems/${code}`,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  return answer;
}

const post = (body: string | Buffer, type = 'application/json') =>
  shop.request.post('/v1/notes').set('Content-Type', type).send(body);

describe('a request with a bad body', () => {
  it('is malformed when it is not JSON, too deep, doubled, or not storable as text', async () => {
    for (const body of [
      '{',
      '[]]',
      `${'['.repeat(33)}${']'.repeat(33)}`,
      '{"note":"a","note":"b"}',
      '{"note":"\\u0000"}',
      '{"note":"\\ud800"}',
      '{"__proto__":{}}',
    ]) {
      await expectProblem(post(body), 400, 'malformed-request');
    }
  });

  it('is told which fields are wrong', async () => {
    const answer = await expectProblem(post('{"note":"","price":1}'), 400, 'validation-failed');
    expect(answer.body).toMatchObject({
      instance: '/v1/notes',
      errors: [{ pointer: '/note' }, { pointer: '/price', code: 'unknown-field' }],
    });
    await expectProblem(shop.request.post('/v1/notes'), 400, 'validation-failed');
  });

  it('is refused by its media type when it is not plain JSON in UTF-8', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'multipart/form-data; boundary=x',
    ]) {
      await expectProblem(post('{"note":"a"}', type), 415, 'unsupported-media-type');
    }
    const zipped = gzipSync('{"note":"a"}');
    const compressed = shop.request
      .post('/v1/notes')
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'gzip');
    await expectProblem(
      compressed.serialize((body: Buffer) => body as unknown as string).send(zipped),
      415,
      'unsupported-media-type',
    );
  });

  it('is too large above 100,000 bytes, said or not, unless its route takes more', async () => {
    const body = JSON.stringify({ note: 'x'.repeat(100_000) });
    await expectProblem(post(body), 413, 'payload-too-large');
    await shop.request.post('/v1/notes/long').set('Content-Type', 'application/json').send(body).expect(200);
    await post(JSON.stringify({ note: 'x'.repeat(99_000) })).expect(200, { length: 99_000 });
    expect(await sendChunked(body)).toBe(413);
  });

  it('reaches routes for other types as the bytes it was', async () => {
    await shop.request
      .post('/v1/notes/file')
      .set('Content-Type', 'text/csv')
      .send('sku,quantity\n1,2\n')
      .expect(200, { text: 'sku,quantity\n1,2\n' });
    await expectProblem(shop.request.post('/v1/notes/file').send({}), 415, 'unsupported-media-type');
  });
});

function sendChunked(body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    const sent = rawRequest(`${shop.url}/v1/notes`, { method: 'POST', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('an address', () => {
  it('that is nobody’s is not found', async () => {
    await expectProblem(shop.request.get('/v1/nowhere'), 404, 'not-found');
    await expectProblem(shop.request.get('/notes'), 404, 'not-found');
  });

  it('that knows other methods names them', async () => {
    const answer = await expectProblem(shop.request.put('/v1/notes').send({}), 405, 'method-not-allowed');
    expect(answer.headers['allow']).toBe('GET, HEAD, POST');
    await expectProblem(shop.request.post(`/v1/notes/${id}`), 405, 'method-not-allowed');
    await expectProblem(shop.request.trace('/v1/notes'), 405, 'method-not-allowed');
    await shop.request.head('/v1/notes').expect(200);
  });

  it('with bad text in it is malformed', async () => {
    await expectProblem(shop.request.get('/v1/notes/%ff'), 400, 'malformed-request');
    await expectProblem(shop.request.get('/v1/notes?cursor=%00'), 400, 'malformed-request');
    const answer = await expectProblem(shop.request.get('/v1/notes/7'), 400, 'validation-failed');
    expect(answer.body).toMatchObject({ errors: [{ pointer: '#/path/id' }] });
  });

  it('with a bad query is told which', async () => {
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=x',
      'limit=1&limit=2',
      'limit[$ne]=1',
      'colour=red',
    ]) {
      await expectProblem(shop.request.get(`/v1/notes?${query}`), 400, 'validation-failed');
    }
    await shop.request.get('/v1/notes?limit=7').expect(200, { limit: 7 });
  });

  it('cannot be asked for what is not JSON', async () => {
    await expectProblem(shop.request.get('/v1/notes').set('Accept', 'text/xml'), 406, 'not-acceptable');
    await shop.request.get('/v1/notes').set('Accept', 'text/html, */*;q=0.1').expect(200);
  });
});

describe('an answer', () => {
  it('is not sent again to whom has it', async () => {
    const first = await shop.request.get(`/v1/notes/${id}`).expect(200, { id });
    expect(first.headers).toMatchObject({
      etag: '"note-3"',
      'content-type': 'application/json; charset=utf-8',
    });
    const again = await shop.request.get(`/v1/notes/${id}`).set('If-None-Match', '"note-3"').expect(304);
    expect(again.text).toBe('');
    expect(again.headers['etag']).toBe('"note-3"');
  });

  it('has the headers that keep it out of caches, frames and guesses, and none that tell of the server', async () => {
    for (const path of [`/v1/notes/${id}`, '/v1/nowhere', '/problems/not-found']) {
      const { headers } = await shop.request.get(path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        vary: 'Authorization, Cart-Token, Order-Token',
      });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers['server']).toBeUndefined();
    }
  });

  it('bears the caller’s trace', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const answer = await shop.request
      .get('/v1/nowhere')
      .set('traceparent', `00-${traceId}-b7ad6b7169203331-01`);
    expect(answer.body).toMatchObject({ traceId });
    const other = await shop.request.get('/v1/nowhere').set('traceparent', 'nonsense');
    expect(other.body).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });
});

describe('a failure', () => {
  it('tells nothing of its cause', async () => {
    for (const how of ['sql', 'other']) {
      const answer = await expectProblem(shop.request.delete(`/v1/notes/${how}`), 500, 'internal-error');
      expect(JSON.stringify(answer.body)).not.toMatch(/secret|nowhere|srv|select/);
    }
  });

  it('that waiting may mend says how long', async () => {
    const busy = await expectProblem(shop.request.delete('/v1/notes/busy'), 503, 'database-busy');
    expect(busy.headers['retry-after']).toBe('1');
    const later = await expectProblem(
      shop.request.delete('/v1/notes/wait'),
      503,
      'temporary-reduced-capacity',
    );
    expect(later.headers['retry-after']).toBe('7');
  });

  it('has a page for each of its codes', async () => {
    const list = await shop.request.get('/problems').expect(200);
    for (const { code, title } of allProblems()) {
      const page = await shop.request.get(`/problems/${code}`).expect(200);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.text).toContain(title.replaceAll('&', '&amp;'));
      expect(list.text).toContain(code);
    }
    await expectProblem(shop.request.get('/problems/no-such-problem'), 404, 'not-found');
  });
});

describe('the socket', () => {
  it('refuses headers over 8 kB', async () => {
    const answer = await sendRaw(`GET /v1/notes HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(9000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('refuses requests that two servers would read differently', async () => {
    const smuggled =
      'POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await sendRaw(smuggled)).toMatch(/^HTTP\/1\.1 400 /);
    const twice = 'POST /v1/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd';
    expect(await sendRaw(twice)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('has limits of time', () => {
    const server: { headersTimeout: number; requestTimeout: number; keepAliveTimeout: number } =
      shop.app.getHttpServer();
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
    });
  });
});
