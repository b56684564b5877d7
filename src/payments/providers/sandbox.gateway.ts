import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  wrap,
} from 'cockatiel';

export interface SandboxAnswer {
  /** HTTP status, 0 where there was no answer. */
  status: number;
  body: unknown;
  /** The counterpart's code, or what stood in the way. */
  code: string;
}

const callsAtOnce = 20;
const callsWaiting = 200;
const silencesBeforeBreak = 30;
const breakMs = 2000;

/** The way to the counterpart: never throws for what the network does, since the call may have acted. */
export class SandboxGateway {
  /** Only silence breaks the circuit: an answer, even a 500, comes from somebody who is there. */
  private readonly policy = wrap(
    bulkhead(callsAtOnce, callsWaiting),
    circuitBreaker(handleAll, {
      halfOpenAfter: breakMs,
      breaker: new ConsecutiveBreaker(silencesBeforeBreak),
    }),
  );

  constructor(private readonly url: string) {}

  post(
    path: string,
    body: unknown,
    { key, signal }: { key: string; signal: AbortSignal },
  ): Promise<SandboxAnswer> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    return this.send(path, { method: 'POST', headers, body: JSON.stringify(body) }, signal);
  }

  get(path: string, signal: AbortSignal): Promise<SandboxAnswer> {
    return this.send(path, { method: 'GET' }, signal);
  }

  private async send(path: string, request: RequestInit, signal: AbortSignal): Promise<SandboxAnswer> {
    try {
      return await this.policy.execute(async () => {
        const response = await fetch(`${this.url}${path}`, { ...request, signal });
        return answerOf(response.status, await response.text());
      });
    } catch (error) {
      return { status: 0, body: undefined, code: signal.aborted ? 'timeout' : codeOf(error) };
    }
  }
}

function answerOf(status: number, text: string): SandboxAnswer {
  try {
    const body: unknown = JSON.parse(text);
    const code =
      typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : `status-${status}`;
    return { status, body, code };
  } catch {
    return { status, body: undefined, code: 'answer-not-json' };
  }
}

function codeOf(error: unknown): string {
  if (isBrokenCircuitError(error)) return 'provider-silent';
  if (isBulkheadRejectedError(error)) return 'too-many-calls';
  return 'unreachable';
}
