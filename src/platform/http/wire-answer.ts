import type { Answer } from './answer.js';
import { type Problem, problemOf } from './problem.js';

/** An answer as its bytes; tokens are not in it. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  /** Undefined for an answer without one, such as 204. */
  body?: string;
}

/** Where an answer belongs: the path that was asked and the request's trace. */
export interface Origin {
  instance?: string;
  traceId: string;
}

export const jsonType = 'application/json; charset=utf-8';
export const problemType = 'application/problem+json; charset=utf-8';

/** Serialises the answer, once. */
export function toWire(answer: Answer, origin: Origin): WireAnswer {
  if (answer.written) return answer.written;
  const places: Record<string, string> = {};
  if (answer.location !== undefined) places['Location'] = answer.location;
  if (answer.etag !== undefined) places['ETag'] = answer.etag;
  if (answer.refusal) {
    const wire = writeProblem(problemOf(answer.refusal), origin);
    return { ...wire, headers: { ...wire.headers, ...places } };
  }
  if (answer.body === undefined) return { status: answer.status, headers: places };
  return {
    status: answer.status,
    headers: { ...places, 'Content-Type': jsonType },
    body: JSON.stringify(answer.body),
  };
}

/** The problem document, RFC 9457. */
export function writeProblem(problem: Problem, { instance, traceId }: Origin): WireAnswer {
  const { code, status, title } = problem.entry;
  const document = {
    ...problem.extensions,
    type: `/problems/${code}`,
    title,
    status,
    detail: problem.detail,
    instance,
    code,
    traceId,
    errors: problem.errors,
  };
  return {
    status,
    headers: { ...problem.headers, 'Content-Type': problemType },
    body: JSON.stringify(document),
  };
}
