import { Injectable } from '@nestjs/common';
import { Transaction } from '../../database/transaction.js';
import { type Answer, Cursor, ok } from '../../http/index.js';
import { Workers } from '../../workers/workers.js';
import {
  WebhookDeliveryNotFound,
  WebhookDeliveryStateConflict,
  WebhookEndpointNotFound,
} from './outgoing-webhooks.errors.js';
import { deliveriesTotal } from './outgoing-webhooks.metrics.js';
import {
  deliveryPosition,
  type WebhookDeliveryListQuery,
  type WebhookDeliveryView,
} from './outgoing-webhooks.schemas.js';
import { sendWorker } from './outgoing-webhooks.worker.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { mayMove } from './webhook-delivery-status.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { WebhookLanesRepository } from './webhook-lanes.repository.js';

/** What staff see of deliveries and decide about them. */
@Injectable()
export class WebhookDeliveries {
  constructor(
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly lanes: WebhookLanesRepository,
    private readonly transaction: Transaction,
    private readonly workers: Workers,
  ) {}

  async show(id: string): Promise<Answer> {
    const view = await this.deliveries.one(id);
    if (!view) throw new WebhookDeliveryNotFound();
    return ok(view);
  }

  async list(
    endpointId: string,
    query: WebhookDeliveryListQuery,
  ): Promise<{ items: WebhookDeliveryView[]; nextCursor?: string }> {
    if (!(await this.endpoints.one(endpointId))) throw new WebhookEndpointNotFound();
    const before = query.cursor === undefined ? undefined : Cursor.decode(query.cursor, deliveryPosition)[0];
    const found = await this.deliveries.list(endpointId, query, before);
    const shown = found.slice(0, query.limit);
    const items = shown.map(({ view }) => view);
    const last = shown.at(-1);
    return found.length > query.limit && last
      ? { items, nextCursor: Cursor.encode([last.position]) }
      : { items };
  }

  /** Before whatever else waits in its lane, under the same `webhook-id`. */
  redeliver(id: string): Promise<Answer> {
    return this.move(id, 'pending', () => this.deliveries.redeliver(id));
  }

  /** Gives it up, so that its lane goes on. */
  skip(id: string): Promise<Answer> {
    return this.move(id, 'skipped', async () => {
      await this.deliveries.skip(id);
      this.transaction.afterCommit(() => deliveriesTotal.inc({ outcome: 'skipped' }));
    });
  }

  /** The lane is locked before the delivery, as whoever sends does. */
  private move(id: string, to: 'pending' | 'skipped', write: () => Promise<void>): Promise<Answer> {
    return this.transaction.run(async () => {
      const found = await this.deliveries.find(id);
      if (!found) throw new WebhookDeliveryNotFound();
      await this.lanes.lock(found.endpointId, found.key);
      const delivery = await this.deliveries.lock(id);
      if (!delivery) throw new WebhookDeliveryNotFound();
      if (!mayMove(delivery.status, to)) throw new WebhookDeliveryStateConflict(delivery.status, to);
      await write();
      await this.lanes.reschedule([found]);
      this.transaction.afterCommit(() => this.workers.wake(sendWorker));
      return this.show(id);
    });
  }
}
