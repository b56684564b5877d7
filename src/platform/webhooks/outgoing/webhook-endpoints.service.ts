import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { CONFIG, type Config } from '../../config/config.js';
import { Transaction } from '../../database/transaction.js';
import { eventEntry } from '../../events/catalogue.js';
import {
  type Answer,
  bodyHash,
  created,
  Cursor,
  etagOf,
  noContent,
  ok,
  requireMatch,
} from '../../http/index.js';
import type { IfMatchVersion } from '../../http/index.js';
import { AddressCheck } from './address-check.js';
import { endpointUrl } from './endpoint-url.js';
import { EventTypeUnknown, WebhookEndpointNotFound, WebhookUrlRefused } from './outgoing-webhooks.errors.js';
import {
  type EndpointChangeRequest,
  type EndpointListQuery,
  endpointPosition,
  type NewEndpointRequest,
  type WebhookEndpointView,
} from './outgoing-webhooks.schemas.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { WebhookSecrets } from './webhook-secrets.service.js';

/** Who is told of events, and with which secret. */
@Injectable()
export class WebhookEndpoints {
  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly secrets: WebhookSecrets,
    private readonly addresses: AddressCheck,
    private readonly transaction: Transaction,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What must be asked before the transaction, since it asks the name server. @throws WebhookUrlRefused, EventTypeUnknown */
  async accept<Request extends NewEndpointRequest | EndpointChangeRequest>(
    request: Request,
  ): Promise<Request> {
    const unknown = request.types?.filter((type) => eventEntry(type) === undefined) ?? [];
    if (unknown.length > 0) throw new EventTypeUnknown(unknown);
    if (request.url === undefined) return request;
    const url = endpointUrl(request.url, { isPrivateAllowed: this.config.WEBHOOK_ALLOW_PRIVATE });
    try {
      await this.addresses.check(url.hostname);
    } catch {
      // Whether the name is unknown or leads inside is nobody's business.
      throw new WebhookUrlRefused('must have a host on the open Internet');
    }
    return { ...request, url: url.href };
  }

  /** @param request as `accept` answered it */
  register({ url, types = null, description = null }: NewEndpointRequest): Promise<Answer> {
    return this.transaction.run(async () => {
      const endpoint = WebhookEndpoint.register(
        uuidv7(),
        { url, types, description },
        await this.endpoints.now(),
      );
      await this.endpoints.insert(endpoint);
      const token = await this.secrets.issue(endpoint.id, 0);
      const view = await this.view(endpoint.id);
      return created(view, { location: `/v1/webhook-endpoints/${endpoint.id}`, etag: etag(view), token });
    });
  }

  /** @param request as `accept` answered it */
  change(id: string, request: EndpointChangeRequest, ifMatch: IfMatchVersion): Promise<Answer> {
    return this.locked(id, async (endpoint, now) => {
      requireMatch(ifMatch, endpoint.version);
      if (endpoint.change(request, now)) await this.endpoints.save(endpoint);
      return this.show(id);
    });
  }

  /** From the commit on nothing more is sent to it, but for what is under way. */
  delete(id: string): Promise<Answer> {
    return this.locked(id, async (endpoint, now) => {
      endpoint.delete(now);
      await this.endpoints.save(endpoint);
      return noContent();
    });
  }

  rotate(id: string, overlapSeconds: number): Promise<Answer> {
    return this.locked(id, async (endpoint, now) => {
      endpoint.rotate(now);
      await this.endpoints.save(endpoint);
      const token = await this.secrets.issue(id, overlapSeconds);
      return { ...(await this.show(id)), token };
    });
  }

  async show(id: string): Promise<Answer> {
    const view = await this.view(id);
    return ok(view, { etag: etag(view) });
  }

  async list({
    limit,
    cursor,
  }: EndpointListQuery): Promise<{ items: WebhookEndpointView[]; nextCursor?: string }> {
    const after = cursor === undefined ? undefined : Cursor.decode(cursor, endpointPosition)[0];
    const found = await this.endpoints.list(limit, after);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return found.length > limit && last ? { items, nextCursor: Cursor.encode([last.id]) } : { items };
  }

  private async view(id: string): Promise<WebhookEndpointView> {
    const view = await this.endpoints.one(id);
    if (!view) throw new WebhookEndpointNotFound();
    return view;
  }

  private locked(
    id: string,
    work: (endpoint: WebhookEndpoint, now: Date) => Promise<Answer>,
  ): Promise<Answer> {
    return this.transaction.run(async () => {
      const endpoint = await this.endpoints.lock(id);
      if (!endpoint) throw new WebhookEndpointNotFound();
      return work(endpoint, await this.endpoints.now());
    });
  }
}

const etag = (view: WebhookEndpointView): string => etagOf('webhook-endpoint', view.version, bodyHash(view));
