import { z } from 'zod';
import { cursorQuery, page, text } from '../http/schemas.js';
import { eventOf, type LetterRow, sourceOf } from './letter-row.js';

const count = z.int().min(0);
const seconds = z.number().min(0);

export const eventsStatusView = z
  .object({
    backlog: count.describe('events that are committed and not published, counted up to 100,000'),
    oldestAt: z.iso.datetime().optional().describe('when the oldest of them was committed'),
    lagSeconds: seconds.describe('age of the oldest of them'),
    days: z
      .array(z.object({ day: z.iso.date(), bytes: count }))
      .describe('days of the outbox, each a table that is dropped as a whole'),
    consumers: z.array(
      z.object({
        consumer: z.string(),
        waiting: count
          .optional()
          .describe(
            'events that are published and whose effect is still to come; absent while the brokers do not tell',
          ),
        lagSeconds: seconds.optional().describe('age of the oldest of them, where no broker holds them'),
        deadLetters: count,
      }),
    ),
  })
  .meta({ id: 'EventsStatus' });

export const letterListQuery = cursorQuery.extend({
  consumer: text(100).optional(),
  type: text(200).optional().describe('of the event, such as payment.captured'),
});
export type LetterListQuery = z.output<typeof letterListQuery>;

const entry = z.object({
  id: z.uuid(),
  consumer: z.string(),
  isReadable: z.boolean().describe('whether an event was read from what came'),
  eventId: z.uuid().optional(),
  type: z.string().optional().describe('of the event, or as the message claims'),
  aggregateId: z.string().optional(),
  sequence: z.int().optional(),
  source: z
    .object({ topic: z.string(), partition: z.int(), offset: z.string() })
    .optional()
    .describe('where it came from, if from a broker'),
  isTruncated: z.boolean().describe('whether only the beginning is kept; it cannot be redriven then'),
  reason: z.string().describe('name of the error'),
  tries: z.int().min(1),
  diedAt: z.iso.datetime(),
  redriveRequestedAt: z.iso.datetime().optional().describe('since when it waits to be told again'),
});
export const letterEntryView = entry.meta({ id: 'DeadLetterEntry' });
export const letterPage = page(letterEntryView, 'DeadLetterPage');

export const letterView = entry
  .extend({
    payload: z.record(z.string(), z.unknown()).optional().describe('of the event'),
    error: z.string().optional().describe('in full'),
    key: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional().describe('of a message that could not be read'),
    body: z.base64().optional().describe('its first 64 kB'),
  })
  .describe(
    'What could not be read may say anything about anybody: error, key, headers and body of it are for admins.',
  )
  .meta({ id: 'DeadLetter' });

export function letterEntryOf(row: LetterRow): z.output<typeof letterEntryView> {
  return {
    id: row.id,
    consumer: row.consumer,
    isReadable: row.event_id !== null,
    eventId: row.event_id ?? undefined,
    type: row.type ?? undefined,
    aggregateId: row.aggregateid ?? undefined,
    sequence: row.sequence ?? undefined,
    source: sourceOf(row),
    isTruncated: row.is_truncated,
    reason: row.reason,
    tries: row.tries,
    diedAt: row.died_at.toISOString(),
    redriveRequestedAt: row.redrive_requested_at?.toISOString(),
  };
}

/** @param isWhole whether the reader may see what nobody could read */
export function letterOf(row: LetterRow, isWhole: boolean): z.output<typeof letterView> {
  const event = eventOf(row);
  const { error, key, headers, body } = row;
  const whole = { error, key: key ?? undefined };
  if (event) return { ...letterEntryOf(row), ...whole, payload: { ...event.payload } };
  if (!isWhole) return letterEntryOf(row);
  return { ...letterEntryOf(row), ...whole, headers: headers ?? {}, body: body?.toString('base64') };
}
