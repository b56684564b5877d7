import type { OpenAPIObject } from '@nestjs/swagger';
import '../errors/common-problems.js';
import { findProblem } from '../errors/problems.js';
import { PROBLEM_CODES } from './openapi.js';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const problemMedia = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const retryAfter = {
  'Retry-After': {
    description: 'seconds until another try may succeed',
    schema: { type: 'integer' as const },
  },
};

/** What a refusal looks like; `components.schemas` of the document. */
export const problemSchemas = {
  Problem: {
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
  },
  FieldProblem: {
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
  },
};

/** Codes that the operation's own marks name, those of its room. */
export function codesOf(operation: Operation): string[] {
  const codes: unknown = (operation as { [PROBLEM_CODES]?: unknown })[PROBLEM_CODES];
  return Array.isArray(codes) ? codes.filter((code) => typeof code === 'string') : [];
}

/** Writes a response per status, from the codes of the room and those that follow from what the operation takes. */
export function addProblems(operation: Operation): void {
  const codes = [...new Set([...codesOf(operation), ...usualCodes(operation)])];
  Object.assign(operation, { [PROBLEM_CODES]: codes });
  for (const [status, named] of byStatus(codes)) {
    const description = named.map((code) => `\`${code}\``).join(', ');
    const headers = status === 503 ? { headers: retryAfter } : {};
    operation.responses[status] ??= { description, ...headers, content: problemMedia };
  }
  operation.responses['default'] ??= { description: 'any other problem', content: problemMedia };
}

function byStatus(codes: string[]): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const code of codes) {
    const status = findProblem(code)?.status;
    if (status !== undefined) found.set(status, [...(found.get(status) ?? []), code]);
  }
  return found;
}

function usualCodes(operation: Operation): string[] {
  const codes = [
    'malformed-request',
    'not-acceptable',
    'internal-error',
    'database-busy',
    'temporary-reduced-capacity',
  ];
  const parameters = (operation.parameters ?? []).flatMap((one) => ('name' in one ? [one] : []));
  if (parameters.some((one) => one.in !== 'header') || operation.requestBody) codes.push('validation-failed');
  if (parameters.some((one) => one.name === 'cursor')) codes.push('cursor-invalid');
  if (operation.requestBody) codes.push('payload-too-large', 'unsupported-media-type');
  const key = parameters.find((one) => one.name === 'Idempotency-Key');
  if (key) codes.push('idempotency-key-invalid', 'idempotency-in-progress', 'idempotency-key-reused');
  if (key?.required) codes.push('idempotency-key-missing');
  return [...codes, ...credentialCodes(operation)];
}

/** What is open to all looks at no credentials; what a stranger may do still refuses a bearer token that proves nothing. */
function credentialCodes({ security = [] }: Operation): string[] {
  const isPublic = security.every((proof) => Object.keys(proof).length === 0);
  if (isPublic) return [];
  const isForStrangers = security.some((proof) => Object.keys(proof).length === 0);
  return ['token-invalid', 'forbidden', ...(isForStrangers ? [] : ['unauthenticated'])];
}
