/**
 * Ledger and levels in one statement: the levels take the sum of the very rows that the ledger gets, so the two cannot part.
 * A level whose figures would break the law of stock (0 ≤ reserved ≤ on hand) is left alone, and so is its ledger: the
 * caller sees that it is missing from the answer. $1 movements as JSON, $2 who acts.
 */
export const applyMovements = `
  with movement as (
    select * from jsonb_to_recordset($1) as m (sku text, location text, kind text, "deltaOnHand" bigint, "deltaReserved" bigint,
      "orderId" uuid, "orderLineId" uuid, reason text)
  ),
  change as (
    select sku, location, sum("deltaOnHand")::bigint as on_hand, sum("deltaReserved")::bigint as reserved
    from movement group by sku, location
  ),
  level as (
    update inventory.stock_level s
    set on_hand = s.on_hand + c.on_hand, reserved = s.reserved + c.reserved, version = s.version + 1, changed_at = now()
    from change c
    where s.sku = c.sku and s.location = c.location
      and s.reserved + c.reserved between 0 and s.on_hand + c.on_hand
    returning s.sku, s.location, s.on_hand as "onHand", s.reserved, s.version
  ),
  ledger as (
    insert into inventory.movement
      (sku, location, kind, delta_on_hand, delta_reserved, order_id, order_line_id, reason, actor, level_version)
    select m.sku, m.location, m.kind, m."deltaOnHand", m."deltaReserved", m."orderId", m."orderLineId", m.reason, $2, l.version
    from movement m join level l on l.sku = m.sku and l.location = m.location
  )`;

export const levelColumns = 's.sku, s.location, s.on_hand as "onHand", s.reserved, s.version';
