import type { Invariant } from './invariant.js';

export const platformInvariants: readonly Invariant[] = [
  {
    id: 'I11',
    title: 'no event is both handled and set aside, for one consumer',
    sql: `
      select d.consumer, d.event_id, d.type from events.dead_letter d
      join events.inbox i on i.consumer = d.consumer and i.event_id = d.event_id::text`,
  },
  {
    id: 'I11',
    title: 'every event that was told to a consumer is an event of the outbox',
    sql: `
      select d.consumer, d.event_id from events.due d
      left join events.outbox o on o.id = d.event_id where o.id is null`,
  },
  {
    id: 'I17',
    title: 'no key is in progress past its lease and the time of two recoveries',
    sql: `
      select recovery_point, resource, locked_until from idempotency.record
      where state = 'in_progress' and locked_until < now() - interval '60 seconds'`,
  },
  {
    id: 'I17',
    title: 'no event waits in the outbox for longer than 15 minutes',
    sql: `
      select type, aggregateid, occurred_at from events.outbox
      where published_at is null and occurred_at < now() - interval '15 minutes'`,
  },
];
