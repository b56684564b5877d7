import { Injectable, OnModuleInit } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Connection, Followers, type OutboxEvent } from '../../events/index.js';
import { Workers } from '../../workers/workers.js';
import { sendWorker } from './outgoing-webhooks.worker.js';
import { WebhookFeedRepository } from './webhook-feed.repository.js';

/** Writes a delivery for each endpoint that wants an event, as the event is published. */
@Injectable()
export class OutgoingWebhooksFollower implements OnModuleInit {
  constructor(
    private readonly followers: Followers,
    private readonly repository: WebhookFeedRepository,
    private readonly workers: Workers,
  ) {}

  onModuleInit(): void {
    this.followers.add((events, connection) => this.feed(events, connection));
  }

  private async feed(events: readonly OutboxEvent[], connection: Connection): Promise<void> {
    const subscriptions = await this.repository.subscriptions(connection);
    const deliveries = events.flatMap(({ type }, turn) =>
      subscriptions
        .filter(({ types }) => types === null || types.includes(type))
        .map(({ endpointId }) => ({ id: uuidv7(), endpointId, turn })),
    );
    if (deliveries.length === 0) return;
    const turns = new Set(deliveries.map(({ turn }) => turn));
    const wanted = events.flatMap((event, turn) => (turns.has(turn) ? [fed(event, turn)] : []));
    await this.repository.insert(connection, wanted, deliveries);
    this.workers.wake(sendWorker);
  }
}

function fed(event: OutboxEvent, turn: number) {
  return { id: event.id, type: event.type, key: event.key, body: bodyOf(event), turn };
}

/** The form of Standard Webhooks. Written once and kept, so that every try and every endpoint has the same bytes, also when the outbox's day is gone. */
function bodyOf({ id, type, occurredAt, sequence, payload }: OutboxEvent): string {
  return JSON.stringify({ type, timestamp: occurredAt.toISOString(), data: { id, sequence, ...payload } });
}
