import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { IDEMPOTENT, type IdempotentMark } from '../../src/platform/idempotency/idempotent.decorator.js';
import { PERMISSION, type PermissionMark } from '../../src/platform/auth/permission.decorator.js';
import { Routes } from '../../src/platform/http/routes.js';
import {
  type ApiDocument,
  type ApiOperation,
  answerSchemas,
  committedDocument,
  committedFile,
  operationsOf,
  walk,
} from '../support/api-document.js';
import { startTestApp, type TestApp } from '../support/app.js';

const run = promisify(execFile);
const moneyName = /minor|price|amount|total|subtotal|discount|shipping$|tax$|revenue/i;

describe('the OpenAPI document', () => {
  let shop: TestApp;
  let document: ApiDocument;
  let operations: ApiOperation[];

  beforeAll(async () => {
    shop = await startTestApp();
    document = committedDocument();
    operations = operationsOf(document);
  }, 60_000);
  afterAll(() => shop.close(), 60_000);

  const operation = (id: string): ApiOperation => {
    const found = operations.find(({ operationId }) => operationId === id);
    if (!found) throw new Error(`the document has no operation ${id}`);
    return found;
  };

  it('that is committed is the one that is served (else: npm run build && npm run openapi)', async () => {
    const served = await shop.request.get('/docs/openapi.json').expect(200);
    const again = await shop.request.get('/docs/openapi.json').expect(200);
    expect(served.body).toEqual(document);
    expect(again.text).toBe(served.text);
  });

  it('is OpenAPI 3.1 and clean to a linter that is strict', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const linter = join(dirname(require.resolve('@redocly/cli/package.json')), 'bin', 'cli.js');
    const env = {
      ...process.env,
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
      CI: 'true',
    };
    const words = [linter, 'lint', committedFile, '--config', 'redocly.yaml', '--format', 'json'];
    const { stdout } = await run(process.execPath, words, { env, maxBuffer: 10_000_000 }).catch(
      (error: unknown) => error as { stdout: string },
    );
    const { problems } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] };
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  }, 60_000);

  it('has every handler of the rooms, named as the trade speaks', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)+$/.test(id))).toEqual([]);
    expect(
      operations.filter(({ summary, tags }) => !/^[A-Z].+[^.]$/.test(summary) || tags.length !== 1),
    ).toEqual([]);
    const handlers = shop.app.get(Routes, { strict: false }).all();
    const platform = /^(Development|Health|Metrics|Problems)Controller\./;
    expect(operations).toHaveLength(handlers.filter(({ name }) => !platform.test(name)).length);
  });

  it('says of each operation what its marks say', () => {
    const marks = shop.app
      .get(Routes, { strict: false })
      .all()
      .map(({ handler }) => ({
        id: (Reflect.getMetadata('swagger/apiOperation', handler) as { operationId?: string } | undefined)
          ?.operationId,
        permission: (Reflect.getMetadata(PERMISSION, handler) as PermissionMark).permission,
        key: (Reflect.getMetadata(IDEMPOTENT, handler) as IdempotentMark | undefined)?.required,
      }));
    for (const { id, permission, key } of marks) {
      if (id === undefined) continue;
      const { parameters, ...told } = operation(id);
      expect([id, told['x-permissions']]).toEqual([id, [permission]]);
      const parameter = parameters.find(({ name }) => name === 'Idempotency-Key');
      expect([id, parameter?.required]).toEqual([id, key]);
    }
  });

  it('asks for If-Match where a change must name what it saw', () => {
    const conditional = operations.filter((one) => one.responses['428'] !== undefined);
    expect(conditional.map(({ operationId }) => operationId).sort()).toEqual([
      'changeItem',
      'changeWebhookEndpoint',
      'describeCart',
    ]);
    for (const { parameters } of conditional)
      expect(parameters).toContainEqual(
        expect.objectContaining({ name: 'If-Match', in: 'header', required: true }),
      );
  });

  it('answers every refusal with a problem document, and every success as one schema', () => {
    for (const { operationId, responses } of operations) {
      for (const [status, { content }] of Object.entries(responses)) {
        const types = Object.keys(content ?? {});
        const wanted = !status.startsWith('2')
          ? ['application/problem+json']
          : status === '204'
            ? []
            : [operationId === 'followOrder' ? 'text/event-stream' : 'application/json'];
        expect([operationId, status, types]).toEqual([operationId, status, wanted]);
      }
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '500', '503', 'default']));
    }
  });

  it('names problems whose pages are there', async () => {
    const codes = [...new Set(operations.flatMap((one) => one['x-problem-codes']))].sort();
    expect(codes.length).toBeGreaterThan(50);
    for (const code of codes) {
      const page = await shop.request.get(`/problems/${code}`);
      expect([code, page.status, page.headers['content-type']]).toEqual([
        code,
        200,
        'text/html; charset=utf-8',
      ]);
      expect(page.text.length).toBeGreaterThan(200);
    }
  });

  it('leaves the enumerations of answers open', () => {
    const closed = [...answerSchemas(document)].flatMap(([name, schema]) =>
      [...walk(schema, name)].filter(({ node }) => Array.isArray(node['enum'])).map(({ at }) => at),
    );
    expect(closed).toEqual([]);
    const statuses = [...answerSchemas(document)].flatMap(([name, schema]) =>
      [...walk(schema, name)]
        .filter(({ node }) => node['x-extensible-enum'] !== undefined)
        .map(({ at }) => at),
    );
    expect(statuses.length).toBeGreaterThan(10);
  });

  it('has no schema that says nothing, and no money but integers', () => {
    const vague: string[] = [];
    const fractions: string[] = [];
    for (const { at, node } of walk(document.components.schemas)) {
      const properties = node['properties'];
      if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) continue;
      for (const [name, property] of Object.entries(properties)) {
        const text = JSON.stringify(property);
        if (!/"(type|\$ref|anyOf|oneOf|allOf)"/.test(text)) vague.push(`${at}/${name}`);
        if (
          moneyName.test(name) &&
          /"type":\s*("number"|"string"|\[[^\]]*"number")/.test(text.replace(/"currency":\{[^}]*\}/g, ''))
        )
          fractions.push(`${at}/${name}`);
      }
      if (node['type'] === 'number') fractions.push(at);
    }
    expect({ vague, fractions }).toEqual({ vague: [], fractions: [] });
  });
});
