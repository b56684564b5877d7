import type { OpenAPIObject } from '@nestjs/swagger';
import { findProblem } from '../errors/problems.js';
import { addProblems, codesOf, type Operation, problemSchemas } from './problem-responses.js';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Adds what all operations share: problem responses, headers, open enumerations, and the guests' tokens as security schemes. */
export function completeOpenApi(document: OpenAPIObject): OpenAPIObject {
  const components = (document.components ??= {});
  components.schemas = { ...components.schemas, ...problemSchemas };
  components.securitySchemes = {
    ...components.securitySchemes,
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    'cart-token': { type: 'apiKey', in: 'header', name: 'Cart-Token' },
    'order-token': { type: 'apiKey', in: 'header', name: 'Order-Token' },
  };
  for (const operation of operationsOf(document)) {
    addIfMatch(operation);
    addHeaders(operation);
    addProblems(operation);
    relaxBody(operation, components.schemas);
  }
  openEnums(components.schemas);
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

/** What is created or under way has an address; an answer that was kept says so. */
function addHeaders(operation: Operation): void {
  const takesKey = operation.parameters?.some((one) => 'name' in one && one.name === 'Idempotency-Key');
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response || '$ref' in response || !status.startsWith('2')) continue;
    if (status === '201' || status === '202') addHeader(response, 'Location', 'where it is');
    if (takesKey)
      addHeader(response, 'Idempotent-Replayed', '`true` where this is the answer to an earlier try');
  }
}

function addHeader(response: { headers?: object }, name: string, description: string): void {
  response.headers = { ...response.headers, [name]: { description, schema: { type: 'string' } } };
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

/** An enumeration that may grow must not be closed to clients that are generated from the document. */
function openEnums(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  if ('x-extensible-enum' in node && 'enum' in node) delete node.enum;
  for (const child of Object.values(node)) openEnums(child);
}
