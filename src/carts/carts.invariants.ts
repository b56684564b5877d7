import { maxLinesPerCart, maxUnitsPerLine } from './cart-limits.js';
import { cartStatuses } from './cart-status.js';

/** Each statement answers the rows that break the rule. */
export const cartInvariants = [
  {
    id: 'I15',
    title: 'a cart stands where its table of moves can bring it',
    sql: `select id, status, version, order_id, merged_into from carts.cart
      where status not in (${cartStatuses.map((status) => `'${status}'`).join(', ')})
        or (order_id is not null) <> (status = 'ordered')
        or (merged_into is not null) <> (status = 'merged')
        or (status <> 'open' and version < 2)`,
  },
  {
    id: 'I15',
    title: 'a merged cart belongs to the customer of the cart it went into, in the same currency',
    sql: `select c.id, c.merged_into from carts.cart c left join carts.cart target on target.id = c.merged_into
      where c.status = 'merged'
        and (target.customer_id is null or target.customer_id is distinct from c.customer_id or target.currency <> c.currency)`,
  },
  {
    id: 'I4',
    title: 'an ordered cart has lines, and no order has two carts',
    sql: `select order_id, count(*), min(line_count) from carts.cart where status = 'ordered'
      group by order_id having count(*) > 1 or min(line_count) = 0`,
  },
  {
    id: 'I4',
    title: 'a cart counts its lines, and neither they nor their units exceed the limits',
    sql: `select c.id, c.line_count, count(l.line_id) as lines, max(l.quantity) as largest
      from carts.cart c left join carts.line l on l.cart_id = c.id
      group by c.id, c.line_count
      having count(l.line_id) <> c.line_count or count(l.line_id) > ${maxLinesPerCart} or max(l.quantity) > ${maxUnitsPerLine}`,
  },
];
