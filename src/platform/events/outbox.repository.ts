import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Database } from '../database/database.js';
import { currentContext } from '../http/request-context.js';
import { requiredEntry } from './catalogue.js';
import type { NewEvent } from './domain-event.js';

/** An event with the id that consumers will know it by. */
export interface IdentifiedEvent {
  id: string;
  event: NewEvent;
}

@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  /** Writes any number of events in one statement; positions follow the order in which they were added. */
  async insert(rows: readonly IdentifiedEvent[]): Promise<void> {
    const traceparent = currentTraceparent();
    await this.database.rows(
      `insert into events.outbox (id, aggregatetype, aggregateid, type, payload, position, key, sequence, topic, traceparent)
       select id, aggregatetype, aggregateid, type, payload, nextval('events.outbox_position'), key, sequence, topic, $2
       from (
         select * from rows from (jsonb_to_recordset($1::jsonb) as (
           id uuid, aggregatetype text, aggregateid text, type text, payload jsonb, key text, sequence int, topic text
         )) with ordinality as added (id, aggregatetype, aggregateid, type, payload, key, sequence, topic, turn)
         order by turn
       ) as in_order`,
      [JSON.stringify(rows.map(columnsOf)), traceparent],
    );
  }
}

function columnsOf({ id, event }: IdentifiedEvent) {
  const { topic, aggregateType } = requiredEntry(event.type);
  const { type, aggregateId, sequence, key, payload } = event;
  return { id, aggregatetype: aggregateType, aggregateid: aggregateId, type, payload, key, sequence, topic };
}

/** W3C trace context for the consumers: the trace of the work at hand, and a span of its own for the telling. */
function currentTraceparent(): string | undefined {
  const traceId = currentContext()?.traceId;
  return traceId && `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}
