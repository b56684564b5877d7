import type { OpenAPIObject } from '@nestjs/swagger';
import '../errors/common-problems.js';
import { findProblem } from '../errors/problems.js';
import { PROBLEM_CODES } from './openapi.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const problemMedia = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const problemSchema = {
  type: 'object',
  description: 'Why a request was refused, RFC 9457; members beside these depend on `code`.',
  required: ['type', 'title', 'status', 'detail', 'code', 'traceId'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'a page that explains `code`' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri-reference' },
    code: { type: 'string', description: 'stable; new ones may come' },
    traceId: { type: 'string' },
    errors: { type: 'array', items: { $ref: '#/components/schemas/FieldProblem' } },
  },
};

const fieldProblemSchema = {
  type: 'object',
  required: ['pointer', 'code', 'message'],
  properties: {
    pointer: {
      type: 'string',
      description: 'JSON Pointer into the body, or #/query/…, #/path/…, #/header/…',
    },
    code: { type: 'string' },
    message: { type: 'string' },
  },
};

/** Adds what all operations share: problem responses by `$ref`, the Problem schema, and the guests' tokens as security schemes. */
export function completeOpenApi(document: OpenAPIObject): OpenAPIObject {
  const components = (document.components ??= {});
  components.schemas = { ...components.schemas, Problem: problemSchema, FieldProblem: fieldProblemSchema };
  components.securitySchemes = {
    ...components.securitySchemes,
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    'cart-token': { type: 'apiKey', in: 'header', name: 'Cart-Token' },
    'order-token': { type: 'apiKey', in: 'header', name: 'Order-Token' },
  };
  for (const operation of operationsOf(document)) {
    addProblems(operation);
    addIfMatch(operation);
    relaxBody(operation, components.schemas);
  }
  return document;
}

/** Codes that an operation names and nobody has declared: their pages would say nothing. */
export function undeclaredProblems(document: OpenAPIObject): string[] {
  const named = operationsOf(document).flatMap((operation) => codesOf(operation));
  return [...new Set(named)].filter((code) => findProblem(code) === undefined).sort();
}

function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) => methods.flatMap((method) => path[method] ?? []));
}

function codesOf(operation: Operation): string[] {
  const codes: unknown = (operation as { [PROBLEM_CODES]?: unknown })[PROBLEM_CODES];
  return Array.isArray(codes) ? codes.filter((code) => typeof code === 'string') : [];
}

function addProblems(operation: Operation): void {
  const byStatus = new Map<number, string[]>();
  for (const code of codesOf(operation)) {
    const status = findProblem(code)?.status;
    if (status !== undefined) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of byStatus) {
    operation.responses[status] ??= {
      description: codes.map((code) => `\`${code}\``).join(', '),
      content: problemMedia,
    };
  }
  operation.responses['default'] ??= { description: 'any other problem', content: problemMedia };
}

/** The parameter decorator leaves no trace in the document; the codes that it may cause do. */
function addIfMatch(operation: Operation): void {
  const codes = codesOf(operation);
  if (!codes.includes('version-mismatch')) return;
  const description = 'ETag of what was seen; 412 where it has changed since';
  const required = codes.includes('if-match-required');
  const parameter = {
    name: 'If-Match',
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  } as const;
  operation.parameters = [...(operation.parameters ?? []), parameter];
}

/** A body whose schema has a default may be left out. */
function relaxBody(operation: Operation, schemas: Record<string, object>): void {
  const body = operation.requestBody;
  if (!body || '$ref' in body) return;
  const schema = body.content['application/json']?.schema;
  const named =
    schema && '$ref' in schema ? schemas[schema.$ref.replace('#/components/schemas/', '')] : schema;
  if (named && 'default' in named) body.required = false;
}
