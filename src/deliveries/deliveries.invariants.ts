import { deliveryMoves } from './delivery-status.js';

/** Each statement answers the rows that break the rule. */
export const deliveryInvariants = [
  {
    id: 'I7',
    title: 'a parcel that left names its carrier and number, one that did not has none',
    sql: `select id, status from deliveries.delivery
      where (shipped_at is not null) <> (carrier is not null and tracking_number is not null)`,
  },
  {
    id: 'I15',
    title: 'a delivery stands where its table of moves can bring it',
    sql: `select id, status from deliveries.delivery
      where status not in (${Object.keys(deliveryMoves)
        .map((status) => `'${status}'`)
        .join(', ')})
        or (shipped_at is null) <> (status in ('pending', 'packed', 'canceled'))
        or (ended_at is null) <> (status not in ('delivered', 'returned', 'canceled'))`,
  },
];
