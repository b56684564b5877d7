import { Injectable, Logger } from '@nestjs/common';
import { failPoint } from '../faults/fail-point.js';
import { OutageLog } from '../logging/outage-log.js';
import { defineCounter } from '../metrics/index.js';
import { Alarm } from './alarm.js';
import { Followers } from './followers.js';
import type { Connection } from './leader.js';
import type { OutboxEvent } from './outbox-event.js';
import type { Publish } from './publish.js';
import { PublishedEvents } from './published-events.js';
import { RelayRepository } from './relay.repository.js';
import { RelaySignal } from './relay-signal.js';

const batchSize = 500;

/** Pause of the poll behind the signals, in milliseconds; it grows while nothing comes. */
const shortestPollMs = 50;
const longestPollMs = 1000;

const published = defineCounter(
  'events_published_total',
  'Domain events that a transport acknowledged, by type',
  ['type'],
);
const refusals = defineCounter('relay_refusals_total', 'Batches that a transport did not take');

/** Brings what was committed to the transport, in order of position, and marks only what was acknowledged. */
@Injectable()
export class Relay {
  /** Acknowledged, while the mark is still to come: a database that takes no mark must not make us say them again and again. */
  private readonly unmarked = new Set<string>();
  private readonly refusal = new OutageLog(
    new Logger(Relay.name),
    'the transport takes nothing, the events wait in the outbox',
  );

  constructor(
    private readonly repository: RelayRepository,
    private readonly signal: RelaySignal,
    private readonly followers: Followers,
    private readonly audience: PublishedEvents,
  ) {}

  /** The leader's duty, until `stop` aborts. */
  async run(connection: Connection, stop: AbortSignal, publish: Publish): Promise<void> {
    const alarm = new Alarm();
    this.signal.listen(() => alarm.ring());
    try {
      let pollMs = shortestPollMs;
      while (!stop.aborted) {
        const count = await this.publishBatch(connection, publish);
        if (count === batchSize) continue;
        pollMs = count > 0 ? shortestPollMs : Math.min(pollMs * 2, longestPollMs);
        await alarm.sleep(pollMs, stop);
      }
    } finally {
      this.signal.listen(undefined);
    }
  }

  private async publishBatch(connection: Connection, publish: Publish): Promise<number> {
    const events = await this.repository.unpublished(connection, batchSize);
    const unsaid = events.filter(({ id }) => !this.unmarked.has(id));
    if (unsaid.length > 0)
      for (const { id } of await this.bring(unsaid, connection, publish)) this.unmarked.add(id);
    const acknowledged = events.filter(({ id }) => this.unmarked.has(id));
    if (acknowledged.length === 0) return 0;
    await failPoint('after-publish-before-mark');
    await this.followers.tell(acknowledged, connection);
    await this.audience.tell(connection, acknowledged);
    await this.repository.mark(connection, acknowledged);
    this.unmarked.clear();
    for (const { type } of acknowledged) published.inc({ type });
    return acknowledged.length;
  }

  private async bring(
    events: readonly OutboxEvent[],
    connection: Connection,
    publish: Publish,
  ): Promise<readonly OutboxEvent[]> {
    try {
      const acknowledged = await publish(events, connection);
      this.refusal.end();
      return acknowledged;
    } catch (error) {
      refusals.inc({});
      this.refusal.warn(error);
      return [];
    }
  }
}
