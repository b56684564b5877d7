import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export interface ShopRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ShopAnswer {
  status: number;
  headers: Headers;
  body: unknown;
  /** The body's bytes as text. */
  text: string;
}

/** One try of a request; `answer` is undefined where the connection was refused or cut. */
export interface Exchange {
  request: ShopRequest;
  key: string | undefined;
  answer: ShopAnswer | undefined;
}

export interface ShopClientOptions {
  /** How long a request is retried before its client gives up. */
  patienceMs?: number;
  observe?: (exchange: Exchange) => void;
}

/** The last answer of a request that was not granted, with the path it went to. */
export class ShopRefusal extends Error {
  constructor(
    readonly request: ShopRequest,
    readonly answer: ShopAnswer,
  ) {
    super(
      `${request.method} ${request.path}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 500)}`,
    );
  }
}

const firstPauseMs = 500;
const longestPauseMs = 5000;

/** Speaks to the shop as its documents advise: one key per intent, kept over retries; retries on network errors, 409 in progress, 429 and 5xx. */
export class ShopClient {
  readonly latenciesMs: number[] = [];
  retries = 0;

  /** @param baseUrl asked before each try, where there are several servers to choose from */
  constructor(
    private readonly baseUrl: string | (() => string),
    private readonly options: ShopClientOptions = {},
  ) {}

  /** Answers with a 2xx, or throws a ShopRefusal. */
  async send(
    request: ShopRequest,
    key = request.method === 'POST' ? randomUUID() : undefined,
  ): Promise<ShopAnswer> {
    const giveUpAt = Date.now() + (this.options.patienceMs ?? 60_000);
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.once(request, key);
      this.options.observe?.({ request, key, answer });
      if (answer && answer.status < 300) return answer;
      if (answer && !isWorthRetrying(answer)) throw new ShopRefusal(request, answer);
      if (Date.now() > giveUpAt)
        throw answer ? new ShopRefusal(request, answer) : new Error(`${this.url()} does not answer`);
      this.retries += 1;
      await pause(pauseMs(attempt, answer));
    }
  }

  private url(): string {
    return typeof this.baseUrl === 'string' ? this.baseUrl : this.baseUrl();
  }

  private async once(request: ShopRequest, key: string | undefined): Promise<ShopAnswer | undefined> {
    const started = performance.now();
    const headers: Record<string, string> = {
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key ? { 'Idempotency-Key': key } : {}),
      ...request.headers,
    };
    try {
      const response = await fetch(this.url() + request.path, {
        method: request.method,
        headers,
        body: bodyOf(request.body),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      this.latenciesMs.push(performance.now() - started);
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
        text,
      };
    } catch (error) {
      if (isConnectionTrouble(error)) return undefined;
      throw error;
    }
  }
}

/** fetch says TypeError for a refused or cut connection and TimeoutError for a late answer: both are worth another try. */
function isConnectionTrouble(error: unknown): boolean {
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  return name === 'TypeError' || name === 'TimeoutError';
}

function bodyOf(body: unknown): string | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return JSON.stringify(body);
}

function isWorthRetrying(answer: ShopAnswer): boolean {
  if (answer.status === 429 || answer.status >= 500) return true;
  return answer.status === 409 && codeOf(answer.body) === 'idempotency-in-progress';
}

function codeOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
}

/** Full jitter, at least what `Retry-After` asks for. */
function pauseMs(attempt: number, answer: ShopAnswer | undefined): number {
  const askedMs = Number(answer?.headers.get('retry-after') ?? 0) * 1000;
  return Math.max(askedMs, Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** attempt));
}
