import { randomUUID } from 'node:crypto';
import { Transaction } from '../../src/platform/database/transaction.js';
import { type NewEvent, Outbox } from '../../src/platform/events/index.js';
import type {
  WebhookDeliveryView,
  WebhookEndpointView,
} from '../../src/platform/webhooks/outgoing/outgoing-webhooks.schemas.js';
import { ShopClient } from '../../src/replay/shop-client.js';
import type { TestApp } from './app.js';
import { eventually } from './event-house.js';
import { staffToken } from './traffic/staff.js';

export interface Answered<Body> {
  status: number;
  headers: Headers;
  body: Body & { code?: string; currentState?: string };
}

export interface Registered {
  id: string;
  secret: string;
  etag: string;
}

/** Shortened times, and leave to send to this machine. */
export const trialHooks: NodeJS.ProcessEnv = {
  WEBHOOK_ALLOW_PRIVATE: 'true',
  WEBHOOK_INTERVAL_MS: '20',
  WEBHOOK_TIMEOUT_MS: '1500',
  WEBHOOK_RETRY_SECONDS: '0.1,0.1,0.1',
};

/** An administrator of webhooks. */
export class WebhookDesk {
  private constructor(
    private readonly url: string,
    readonly admin: Record<string, string>,
  ) {}

  /** @param url of a shop with the development sign-in */
  static async open(url: string): Promise<WebhookDesk> {
    return new WebhookDesk(url, { authorization: `Bearer ${await staffToken(new ShopClient(url))}` });
  }

  async send<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered<Body>> {
    const key: Record<string, string> = method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {};
    const answer = await fetch(`${this.url}/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...this.admin, ...key, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    // Tests say what they expect of the body.
    const parsed = (text === '' ? {} : JSON.parse(text)) as Answered<Body>['body'];
    return { status: answer.status, headers: answer.headers, body: parsed };
  }

  async register(url: string, types: string[] | null = ['probe.moved']): Promise<Registered> {
    const { status, headers, body } = await this.send<WebhookEndpointView>('POST', 'webhook-endpoints', {
      url,
      types,
    });
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    return {
      id: body.id,
      secret: headers.get('webhook-secret') ?? '',
      etag: headers.get('etag') ?? '',
    };
  }

  async endpoint(id: string): Promise<WebhookEndpointView> {
    const { body } = await this.send<WebhookEndpointView>('GET', `webhook-endpoints/${id}`);
    return body;
  }

  /** By the version that is there now. */
  async change(id: string, body: object): Promise<Answered<WebhookEndpointView>> {
    const { headers } = await this.send('GET', `webhook-endpoints/${id}`);
    return this.send('PATCH', `webhook-endpoints/${id}`, body, { 'If-Match': headers.get('etag') ?? '' });
  }

  async deliveries(endpointId: string, query = ''): Promise<WebhookDeliveryView[]> {
    const { body } = await this.send<{ items: WebhookDeliveryView[] }>(
      'GET',
      `webhook-endpoints/${endpointId}/deliveries${query}`,
    );
    return body.items;
  }

  /** Waits until deliveries of the key are as wanted; newest first. */
  until(
    endpointId: string,
    key: string,
    reached: (deliveries: WebhookDeliveryView[]) => boolean,
  ): Promise<WebhookDeliveryView[]> {
    return eventually(`deliveries of ${key}`, async () => {
      const found = await this.deliveries(endpointId, `?key=${key}`);
      return reached(found) ? found : undefined;
    });
  }
}

/** Commits the events in the shop, in one transaction. */
export function tell({ app }: TestApp, ...events: NewEvent[]): Promise<void> {
  const outbox = app.get(Outbox, { strict: false });
  return app.get(Transaction, { strict: false }).run(() => Promise.resolve(outbox.add(...events)));
}
