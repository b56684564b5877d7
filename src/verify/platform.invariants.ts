import type { Invariant } from './invariant.js';

export const platformInvariants: readonly Invariant[] = [
  {
    id: 'I10',
    title: 'the events of an aggregate are published in the order of its versions',
    sql: `
      select aggregatetype, aggregateid, sequence, position from (
        select *, lag(sequence) over (partition by aggregatetype, aggregateid order by position) as before from events.outbox
      ) as told
      where sequence <= before`,
  },
  {
    id: 'I10',
    title: 'the events of a stream are numbered without gap or double, up to where its counter is',
    sql: `
      select s.key, s.last_position, e.first, e.last, e.events from events.stream s
      join (
        select key, min(stream_position) as first, max(stream_position) as last, count(*) as events, count(distinct stream_position) as places
        from events.outbox where stream_position is not null group by key
      ) e using (key)
      where e.last <> s.last_position or e.places <> e.events
        or ((e.first > 1 or e.events <> e.last - e.first + 1) and not exists (select from events.dropped_day))`,
  },
  {
    id: 'I11',
    title:
      'no published event is passed over for two minutes: a consumer has taken it, has it before it, or has set it aside',
    sql: `
      with taken as (
        select i.consumer, o.type, min(o.position) as first, max(o.position) as last
        from events.inbox i join events.outbox o on o.id::text = i.event_id group by i.consumer, o.type)
      select t.consumer, o.type, o.id from taken t
      join events.outbox o on o.type = t.type and o.position between t.first and t.last
        -- Over a broker it is on its way for a while.
        and o.published_at < now() - interval '2 minutes'
      where not exists (select from events.inbox i where i.consumer = t.consumer and i.event_id = o.id::text)
        and not exists (select from events.due d where d.consumer = t.consumer and d.position = o.position)
        and not exists (select from events.dead_letter l where l.consumer = t.consumer and l.event_id = o.id)`,
  },
  {
    id: 'I11',
    title: 'no event is both handled and set aside, for one consumer',
    sql: `
      select d.consumer, d.event_id, d.type from events.dead_letter d
      join events.inbox i on i.consumer = d.consumer and i.event_id = d.event_id::text and not i.is_set_aside`,
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
