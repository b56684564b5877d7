import { ArgumentMetadata, Injectable, PipeTransform } from '@nestjs/common';
import { DomainError, type FieldProblem } from '../errors/domain-error.js';

/** A request that its schema refuses; `errors` has one entry per fault. */
export class ValidationFailed extends DomainError {
  constructor(errors: FieldProblem[]) {
    super(
      'malformed',
      'validation-failed',
      errors.length === 1
        ? 'one field is not as it must be'
        : `${errors.length} fields are not as they must be`,
      {
        errors: errors.slice(0, 100),
      },
    );
  }
}

/** An issue of any Standard Schema, with what zod adds. */
interface Issue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[];
  code?: string;
  input?: unknown;
  keys?: readonly string[];
  params?: { code?: unknown };
}

/** Validates `@Body`, `@Query` and `@Param` by their schemas and names each fault by its place. */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { schema } = metadata;
    if (!schema || metadata.type === 'custom') return value;
    const result = await schema['~standard'].validate(value);
    if (result.issues)
      throw new ValidationFailed(result.issues.flatMap((issue) => problemsOf(issue, root(metadata))));
    return result.value;
  }
}

/** RFC 6901 pointer to where the parameter begins: the body itself, `#/query`, `#/path/id`. */
function root({ type, data }: ArgumentMetadata): string {
  if (type === 'body') return data === undefined ? '' : `/${escape(data)}`;
  const place = type === 'param' ? '#/path' : '#/query';
  return data === undefined ? place : `${place}/${escape(data)}`;
}

export function problemsOf(issue: Issue, start: string): FieldProblem[] {
  const path = (issue.path ?? []).map((segment) =>
    String(typeof segment === 'object' ? segment.key : segment),
  );
  const pointer = [start, ...path.map(escape)].join('/');
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${escape(key)}`,
      code: 'unknown-field',
      message: 'is not a field of this request',
    }));
  }
  return [{ pointer, code: codeOf(issue), message: issue.message }];
}

function codeOf(issue: Issue): string {
  if (issue.code === 'custom' && typeof issue.params?.code === 'string') return issue.params.code;
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'required';
  return (issue.code ?? 'invalid').replaceAll('_', '-');
}

function escape(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
