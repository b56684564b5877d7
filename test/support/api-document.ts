import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Schema = { [name: string]: Json };

export interface ApiParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema?: Schema;
}

/** One operation of the document, with what the tests ask of it. */
export interface ApiOperation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters: ApiParameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
  security: Record<string, string[]>[];
  'x-permissions': string[];
  'x-problem-codes': string[];
  method: string;
  path: string;
}

export interface ApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Omit<ApiOperation, 'method' | 'path'>>>;
  components: { schemas: Record<string, Schema> };
}

export const committedFile = join(process.cwd(), 'contracts', 'openapi.json');

/** The contract as it is committed; a test of its own holds it against what the application serves. */
export function committedDocument(): ApiDocument {
  return JSON.parse(readFileSync(committedFile, 'utf8')) as ApiDocument;
}

export function operationsOf({ paths }: ApiDocument): ApiOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      parameters: operation.parameters ?? [],
      method: method.toUpperCase(),
      path,
    })),
  );
}

/** All that is written below a node, with the way there as a JSON Pointer. */
export function* walk(node: Json | undefined, at = '#'): Generator<{ at: string; node: Schema }> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield { at, node };
  for (const [name, child] of Object.entries(node)) yield* walk(child, `${at}/${name}`);
}

/** The schemas that answers are made of, those they refer to included, each once. */
export function answerSchemas(document: ApiDocument): Map<string, Json> {
  const found = new Map<string, Json>();
  const visit = (name: string, schema: Json | undefined): void => {
    if (schema === undefined || found.has(name)) return;
    found.set(name, schema);
    for (const { node } of walk(schema)) {
      const target =
        typeof node['$ref'] === 'string' ? node['$ref'].replace('#/components/schemas/', '') : undefined;
      if (target !== undefined) visit(target, document.components.schemas[target]);
    }
  };
  for (const { operationId, responses } of operationsOf(document))
    for (const [status, { content }] of Object.entries(responses))
      for (const media of Object.values(content ?? {})) visit(`${operationId} ${status}`, media.schema);
  return found;
}
