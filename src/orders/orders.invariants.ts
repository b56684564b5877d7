import { orderMoves } from './order-status.js';

/** Every move of the table as (from, to). */
const legalMoves = Object.entries(orderMoves)
  .flatMap(([from, targets]) => targets.map((to) => `('${from}', '${to}')`))
  .join(', ');

/** Above two sweeps of any sensible configuration. */
const sweepSlackSeconds = 60;

/** Each statement answers the rows that break the rule. */
export const orderInvariants: readonly { id: string; title: string; sql: string }[] = [
  {
    id: 'I4',
    title: 'an order of a cart is the one order of that cart',
    sql: `
      select o.id as order_id, c.id as cart_id
      from (select id, cart_id from orders."order" where cart_id is not null) o
      full join (select id, order_id from carts.cart where order_id is not null) c on c.id = o.cart_id
      where c.order_id is distinct from o.id`,
  },
  {
    id: 'I4',
    title:
      'unit price × quantity = subtotal, and less the discount, plus a tax that is not in the price, = total',
    sql: `
      select l.id, l.order_id from orders.line l join orders."order" o on o.id = l.order_id
      where l.unit_price_minor * l.quantity <> l.subtotal_minor
        or l.subtotal_minor - l.discount_minor + case when o.prices_include_tax then 0 else l.tax_minor end <> l.total_minor`,
  },
  {
    id: 'I4',
    title:
      'the lines and the shipping add up to the order, units to its counts, and owed is the frozen shares of what is left',
    sql: `
      with sums as (
        select order_id, count(*) as lines, sum(quantity) as units, sum(canceled) as canceled,
          sum(subtotal_minor) as subtotal, sum(discount_minor) as discount, sum(tax_minor) as tax, sum(total_minor) as total,
          sum(total_minor - (quantity - canceled) * (total_minor / quantity)
            - least(quantity - canceled, total_minor % quantity)) as canceled_total
        from orders.line group by order_id)
      select o.id, o.number from orders."order" o left join sums s on s.order_id = o.id
      where (o.line_count, o.unit_count, o.canceled_unit_count, o.subtotal_minor, o.discount_minor, o.total_minor)
          is distinct from (s.lines, s.units, s.canceled, s.subtotal, s.discount, s.total + o.shipping_minor)
        or o.tax_minor < s.tax
        or o.owed_minor <> case when o.status in ('canceled', 'expired') then 0 else o.total_minor - s.canceled_total end`,
  },
  {
    id: 'I7',
    title: 'per order line: canceled + shipped ≤ ordered, delivered and returned ≤ shipped',
    sql: `
      select id, order_id, quantity, canceled, shipped, delivered, returned from orders.line
      where canceled + shipped > quantity or delivered > shipped or returned > shipped`,
  },
  {
    id: 'I15',
    title: 'every order came to its status by the table of moves, and its timeline has one row per version',
    sql: `
      with path as (
        select order_id, version, type, status, payment_status, delivery_status,
          lag(status) over w as before, row_number() over w as place, lead(version) over w is null as is_last
        from orders.timeline window w as (partition by order_id order by version))
      select o.id, o.status, p.version from orders."order" o left join path p on p.order_id = o.id
      where p.version is distinct from p.place
        or (p.place = 1 and (p.type, p.status) <> ('order.placed', 'pending'))
        or (p.before <> p.status and (p.before, p.status) not in (values ${legalMoves}))
        or (p.is_last and (p.version, p.status, p.payment_status, p.delivery_status)
          is distinct from (o.version, o.status, o.payment_status, o.delivery_status))`,
  },
  {
    id: 'I16',
    title: 'no order is pending later than its hard limit and two sweeps',
    sql: `
      select id, number, expires_at, hard_limit_at from orders."order"
      where status = 'pending' and greatest(expires_at, hard_limit_at) < now() - interval '${sweepSlackSeconds} seconds'`,
  },
];
