import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Logger } from '@nestjs/common';

export interface SandboxRequest {
  /** What the groups of the route's path matched. */
  parameters: string[];
  headers: IncomingHttpHeaders;
  /** Parsed JSON, `{}` where there was none. */
  body: unknown;
}

/** `hang` never answers, `reset` cuts the connection. */
export type SandboxAnswer =
  { status: number; body: unknown; headers?: Record<string, string> } | 'hang' | 'reset';

export interface Route {
  method: 'GET' | 'POST' | 'PUT';
  path: RegExp;
  answer(request: SandboxRequest): Promise<SandboxAnswer>;
}

/** A refusal with a status and a kebab-case code. */
export class SandboxRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

const largestBodyBytes = 100_000;
const logger = new Logger('Sandbox');

export function serve(routes: readonly Route[]): Server {
  return createServer((request, response) => void reply(routes, request, response));
}

async function reply(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(routes, request).catch(explain);
  if (answer === 'hang') return;
  if (answer === 'reset') {
    request.socket.destroy();
    return;
  }
  response
    .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    .end(JSON.stringify(answer.body));
}

async function answerTo(routes: readonly Route[], request: IncomingMessage): Promise<SandboxAnswer> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  for (const route of routes) {
    const match = route.method === request.method ? route.path.exec(path) : null;
    if (match)
      return route.answer({
        parameters: match.slice(1),
        headers: request.headers,
        body: await readJson(request),
      });
  }
  throw new SandboxRefusal(404, 'no-such-route');
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > largestBodyBytes) throw new SandboxRefusal(413, 'too-large');
    chunks.push(bytes);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new SandboxRefusal(400, 'not-json');
  }
}

function explain(error: unknown): SandboxAnswer {
  if (error instanceof SandboxRefusal) return { status: error.status, body: { code: error.code } };
  logger.warn(`request failed: ${error instanceof Error ? error.message : String(error)}`);
  return { status: 500, body: { code: 'internal' } };
}
