import { Injectable } from '@nestjs/common';
import type { EventType } from './catalogue.js';
import { DatabaseChannel, nameOf } from './database-channel.js';
import type { DomainEvent } from './domain-event.js';
import type { Connection } from './leader.js';

/** The keys of what was published, or `all` where messages may have been missed. */
export type ToldKeys = readonly string[] | 'all';

interface Subscription {
  type: EventType;
  told: (keys: ToldKeys) => void;
}

interface Message {
  type: string;
  keys: string[];
}

/** PostgreSQL refuses a NOTIFY of 8000 bytes. */
const keysPerMessage = 50;

/**
 * Tells every process, not only the one that relays, that events of a type went out: for caches, whose values are at
 * most a little old without it. Nothing that must happen may hang on it; that is what listeners are for.
 */
@Injectable()
export class PublishedEvents {
  private readonly subscriptions: Subscription[] = [];

  constructor(channel: DatabaseChannel) {
    channel.on('published', (message) => this.receive(message));
    channel.onReconnect(() => this.subscriptions.forEach(({ told }) => told('all')));
  }

  /** Subscribes in `onModuleInit`, in every process alike, since the one that relays tells only what it knows to be wanted. */
  on(type: EventType, told: (keys: ToldKeys) => void): void {
    this.subscriptions.push({ type, told });
  }

  /** Called by the relay before it marks the events, outside any transaction. */
  async tell(connection: Connection, events: readonly DomainEvent[]): Promise<void> {
    const messages = this.messagesOf(events);
    if (messages.length === 0) return;
    await connection.query({
      text: 'select pg_notify($1, message) from unnest($2::text[]) as message',
      values: [nameOf('published'), messages],
    });
  }

  private messagesOf(events: readonly DomainEvent[]): string[] {
    const types = new Set(this.subscriptions.map(({ type }) => type));
    return [...types].flatMap((type) => {
      const keys = [...new Set(events.filter((event) => event.type === type).map((event) => event.key))];
      const parts: string[][] = [];
      for (let start = 0; start < keys.length; start += keysPerMessage)
        parts.push(keys.slice(start, start + keysPerMessage));
      return parts.map((part) => JSON.stringify({ type, keys: part } satisfies Message));
    });
  }

  private receive(text: string): void {
    // Written by `tell` of this or another version, which both send these two members.
    const message = JSON.parse(text) as Message;
    for (const { type, told } of this.subscriptions) if (type === message.type) told(message.keys);
  }
}
