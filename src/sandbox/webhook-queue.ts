import { createHmac } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { SandboxConnection, SandboxDatabase } from './sandbox-database.js';

/** How a webhook travels; `late` and `lost` are what real networks do. */
export interface Manner {
  delayMs?: number;
  /** How many times it is sent; 1 where absent. */
  copies?: number;
  isLost?: boolean;
}

export interface Webhook {
  /** Where the shop takes it, such as `/v1/webhooks/payments/sandbox`. */
  path: string;
  payload: Record<string, unknown>;
  manner?: Manner;
}

interface QueuedRow extends Record<string, unknown> {
  position: number;
  event_id: string;
  path: string;
  body: string;
}

const batchSize = 20;
const longestDeliveryMs = 10_000;

/** What the counterpart tells the shop: kept in its database with what it tells of, sent until it is taken. */
export class WebhookQueue {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly secret: string,
    private target: string | undefined,
  ) {}

  /** From now on webhooks go to the shop at this URL. */
  deliverTo(url: string): void {
    this.target = url;
  }

  /** Inside the transaction of what it tells of. */
  async add(connection: SandboxConnection, { path, payload, manner = {} }: Webhook): Promise<void> {
    const eventId = uuidv7();
    const body = JSON.stringify({ eventId, ...payload });
    await connection.rows(
      `insert into sandbox.webhook (event_id, path, body, due_at, lost)
       select $1, $2, $3, clock_timestamp() + make_interval(secs => $4), $5 from generate_series(1, $6::int)`,
      [eventId, path, body, (manner.delayMs ?? 0) / 1000, manner.isLost ?? false, manner.copies ?? 1],
    );
  }

  /** Sends what is due, answers how much was taken. */
  async deliver(): Promise<number> {
    const { target } = this;
    if (!target) return 0;
    const due = await this.database.rows<QueuedRow>(
      `select position, event_id, path, body from sandbox.webhook
       where taken_at is null and not lost and due_at <= now() order by due_at, position limit $1`,
      [batchSize],
    );
    const taken = await Promise.all(due.map((row) => this.deliverOne(target, row)));
    return taken.filter(Boolean).length;
  }

  private async deliverOne(target: string, row: QueuedRow): Promise<boolean> {
    const isTaken = await this.post(target, row);
    await this.database.rows(
      isTaken
        ? 'update sandbox.webhook set taken_at = now(), tries = tries + 1 where position = $1'
        : `update sandbox.webhook set tries = tries + 1, due_at = now() + make_interval(secs => least(0.2 * 2 ^ least(tries, 12), 60)) where position = $1`,
      [row.position],
    );
    return isTaken;
  }

  private async post(target: string, { event_id: id, path, body }: QueuedRow): Promise<boolean> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature(this.secret, id, timestamp, body)}`,
    };
    try {
      const response = await fetch(new URL(path, target), {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(longestDeliveryMs),
      });
      return response.ok;
    } catch {
      // The shop is down or slow: the webhook stays in the queue.
      return false;
    }
  }
}

/** Standard Webhooks 1.0; written apart from the shop's own so that each proves the other. */
function signature(secret: string, id: string, timestamp: string, body: string): string {
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
}
