import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Owner } from '../platform/auth/principal.js';
import { Answer, ok } from '../platform/http/answer.js';
import { Cursor, etagOf } from '../platform/http/index.js';
import { CARRIERS, type Carriers } from './carriers/index.js';
import { DeliveryNotFound } from './deliveries.errors.js';
import type { DeliveryListQuery, DeliveryView } from './deliveries.schemas.js';
import { DeliveryViewsRepository } from './delivery-views.repository.js';

const position = z.tuple([z.uuid()]);

@Injectable()
export class DeliveryReader {
  constructor(
    private readonly views: DeliveryViewsRepository,
    @Inject(CARRIERS) private readonly carriers: Carriers,
  ) {}

  async read(id: string, owner: Owner = { kind: 'any' }): Promise<DeliveryView> {
    const view = await this.views.one(id, owner);
    if (!view) throw new DeliveryNotFound();
    return this.withTrackingUrl(view);
  }

  async show(id: string, owner: Owner): Promise<Answer> {
    const view = await this.read(id, owner);
    return ok(view, { etag: etagOf('delivery', view.version) });
  }

  async list(
    query: DeliveryListQuery,
    owner: Owner,
  ): Promise<{ items: DeliveryView[]; nextCursor?: string }> {
    const after = query.cursor ? Cursor.decode(query.cursor, position)[0] : undefined;
    const found = await this.views.list(query, after, owner);
    const items = found.slice(0, query.limit).map((view) => this.withTrackingUrl(view));
    const last = items.at(-1);
    return found.length > query.limit && last ? { items, nextCursor: Cursor.encode([last.id]) } : { items };
  }

  private withTrackingUrl(view: DeliveryView): DeliveryView {
    const url =
      view.carrier && view.trackingNumber
        ? this.carriers.get(view.carrier)?.trackingUrl(view.trackingNumber)
        : undefined;
    return url ? { ...view, trackingUrl: url } : view;
  }
}
