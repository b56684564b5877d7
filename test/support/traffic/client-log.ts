import { createHash } from 'node:crypto';
import type { Exchange } from '../../../src/replay/shop-client.js';

/** One try as its client saw it; `status` 0 where no answer came. */
export interface ClientLogEntry {
  key: string | undefined;
  method: string;
  path: string;
  /** The request's body as sent, to tell one intent from another. */
  bodySent: string;
  status: number;
  bodyHash: string;
  /** The problem's code, where it was one. */
  code: string | undefined;
  isReplay: boolean;
  /** Ids and amounts of the answer that the database must know. */
  id: string | undefined;
  totalMinor: number | undefined;
}

/** What all clients sent and saw; the checker holds the database against it. */
export class ClientLog {
  readonly entries: ClientLogEntry[] = [];

  readonly observe = ({ request, key, answer }: Exchange): void => {
    const body = answer?.body;
    this.entries.push({
      key,
      method: request.method,
      path: request.path,
      bodySent: JSON.stringify(request.body ?? null),
      status: answer?.status ?? 0,
      bodyHash: createHash('sha256')
        .update(answer?.text ?? '')
        .digest('hex'),
      code: stringAt(body, 'code'),
      isReplay: answer?.headers.get('idempotent-replayed') === 'true',
      id: stringAt(body, 'id'),
      totalMinor: numberAt(objectAt(body, 'totals'), 'total'),
    });
  };

  /** Orders that were acknowledged with a 2xx to a checkout or a one-call order. */
  acknowledgedOrders(): ClientLogEntry[] {
    return this.entries.filter(
      (entry) =>
        entry.method === 'POST' &&
        /^\/v1\/(carts\/[^/]+\/checkout|orders)$/.test(entry.path) &&
        isSuccess(entry.status),
    );
  }

  /** Carts that were acknowledged with a 2xx. */
  acknowledgedCarts(): ClientLogEntry[] {
    return this.entries.filter(
      (entry) => entry.method === 'POST' && entry.path === '/v1/carts' && isSuccess(entry.status),
    );
  }

  /** Carts that a client asked to check out, whatever came of it. */
  cartsTriedToCheckOut(): Set<string> {
    const paths = this.entries.map((entry) => /^\/v1\/carts\/([^/]+)\/checkout$/.exec(entry.path)?.[1]);
    return new Set(paths.filter((id) => id !== undefined));
  }

  count(status: (status: number) => boolean): number {
    return this.entries.filter((entry) => status(entry.status)).length;
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

function objectAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function stringAt(value: unknown, name: string): string | undefined {
  const found = objectAt(value, name);
  return typeof found === 'string' ? found : undefined;
}

function numberAt(value: unknown, name: string): number | undefined {
  const found = objectAt(value, name);
  return typeof found === 'number' ? found : undefined;
}
