import type { Invariant } from './invariant.js';

/** What must hold between rooms: only an auditor may look at two of them at once. */
export const crossRoomInvariants: readonly Invariant[] = [
  {
    id: 'I3',
    title: 'what the ledger shipped of an order line is what its deliveries took away',
    sql: `
      select order_line_id, coalesce(m.units, 0) as ledger_units, coalesce(d.units, 0) as delivery_units
      from (select order_line_id, -sum(delta_on_hand) as units from inventory.movement where kind = 'ship' group by order_line_id) m
      full join (
        select l.order_line_id, sum(l.quantity) as units
        from deliveries.line l join deliveries.delivery d on d.id = l.delivery_id
        where d.shipped_at is not null group by l.order_line_id
      ) d using (order_line_id)
      where coalesce(m.units, 0) <> coalesce(d.units, 0)`,
  },
  {
    id: 'I3',
    title: 'the deliveries of a confirmed order hold every unit that was not canceled',
    sql: `
      select o.id as order_id, l.id as order_line_id, l.quantity - l.canceled as expected, coalesce(d.units, 0) as in_deliveries
      from orders."order" o join orders.line l on l.order_id = o.id
      left join (
        select dl.order_line_id, sum(dl.quantity) as units
        from deliveries.line dl join deliveries.delivery d on d.id = dl.delivery_id
        where d.status <> 'canceled' group by dl.order_line_id
      ) d on d.order_line_id = l.id
      where o.confirmed_at is not null and l.quantity - l.canceled <> coalesce(d.units, 0)`,
  },
  {
    id: 'I5',
    title: 'every payment belongs to one order that is there',
    sql: `
      select p.id as payment_id, p.order_id from payments.payment p
      left join orders."order" o on o.id = p.order_id where o.id is null`,
  },
  {
    id: 'I16',
    title: 'no reservation is open whose order is canceled or expired, none active whose order is confirmed',
    sql: `
      select r.order_line_id, r.status, o.id as order_id, o.status as order_status
      from inventory.reservation r join orders."order" o on o.id = r.order_id
      where (r.status in ('active', 'committed') and o.status in ('canceled', 'expired'))
        or (r.status = 'active' and o.status in ('confirmed', 'completed'))`,
  },
  {
    id: 'I16',
    title: 'every unit of a living order that was not canceled is reserved or shipped',
    sql: `
      select o.id as order_id, l.id as order_line_id, l.quantity - l.canceled as expected, coalesce(r.units, 0) as promised
      from orders."order" o join orders.line l on l.order_id = o.id
      left join (select order_line_id, sum(quantity - released) as units from inventory.reservation group by order_line_id) r
        on r.order_line_id = l.id
      where o.status in ('pending', 'confirmed', 'completed') and l.quantity - l.canceled <> coalesce(r.units, 0)`,
  },
];

/** Tables whose rows are aggregates: their version counts their events. */
const aggregates = [
  { type: 'cart', table: 'carts.cart', id: 'id::text' },
  { type: 'order', table: 'orders."order"', id: 'id::text' },
  { type: 'payment', table: 'payments.payment', id: 'id::text' },
  { type: 'delivery', table: 'deliveries.delivery', id: 'id::text' },
  { type: 'item', table: 'inventory.item', id: 'sku' },
  { type: 'stock', table: 'inventory.stock_level', id: `sku || '@' || location` },
];

/** Per aggregate the outbox holds every version without a gap and each once; of old ones it may hold none or the last, once a day was dropped. */
export const eventInvariants: readonly Invariant[] = aggregates.map(({ type, table, id }) => ({
  id: 'I8',
  title: `every change of a ${type} has its one event, and every event its change`,
  sql: `
    select coalesce(a.id, e.id) as id, a.version, e.first, e.last, e.events
    from (select ${id} as id, version from ${table} where version > 0) a
    full join (
      select aggregateid as id, min(sequence) as first, max(sequence) as last, count(*) as events, count(distinct sequence) as versions
      from events.outbox where aggregatetype = '${type}' group by aggregateid
    ) e using (id)
    where a.id is null
      or e.last <> a.version or e.events <> e.last - e.first + 1 or e.versions <> e.events
      or (coalesce(e.first, 2) > 1 and not exists (select from events.dropped_day))`,
}));
