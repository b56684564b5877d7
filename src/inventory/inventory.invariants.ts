/** What must hold of this room's tables; each statement answers with the rows that violate it, so none is good. */
export const inventoryInvariants: readonly { id: string; title: string; sql: string }[] = [
  {
    id: 'I1',
    title: 'no level is oversold: on hand is not below 0, reserved is between 0 and on hand',
    sql: `
      select sku, location, on_hand, reserved from inventory.stock_level
      where on_hand < 0 or reserved < 0 or reserved > on_hand`,
  },
  {
    id: 'I2',
    title: 'the sums of the ledger are the balances, bucket by bucket',
    sql: `
      select sku, location, s.on_hand, m.on_hand as ledger_on_hand, s.reserved, m.reserved as ledger_reserved
      from inventory.stock_level s
      full join (
        select sku, location, sum(delta_on_hand) as on_hand, sum(delta_reserved) as reserved
        from inventory.movement group by sku, location
      ) m using (sku, location)
      where coalesce(s.on_hand, 0) <> coalesce(m.on_hand, 0) or coalesce(s.reserved, 0) <> coalesce(m.reserved, 0)`,
  },
  {
    id: 'I2',
    title: 'open reservations, less what was shipped or released of them, are what is reserved',
    sql: `
      select sku, location, s.reserved, r.open_units
      from inventory.stock_level s
      full join (
        select sku, location, sum(quantity - released - fulfilled) as open_units
        from inventory.reservation where status in ('active', 'committed') group by sku, location
      ) r using (sku, location)
      where coalesce(s.reserved, 0) <> coalesce(r.open_units, 0)`,
  },
  {
    id: 'I2',
    title: 'the ledger refuses update, delete and truncate',
    sql: `
      select wanted as missing_trigger
      from unnest(array['movement_append_only', 'movement_keep']) wanted
      where not exists (
        select from pg_trigger
        where tgrelid = 'inventory.movement'::regclass and tgname = wanted and tgenabled in ('O', 'A')
      )`,
  },
  {
    id: 'I3',
    title:
      'what the ledger promised, shipped, released and took back per order line is what its reservation says',
    sql: `
      select order_line_id, location, r.quantity, m.promised, r.fulfilled, m.shipped, r.released, m.given_back, r.restocked, m.returned
      from inventory.reservation r
      full join (
        select order_line_id, location,
          coalesce(sum(delta_reserved) filter (where kind = 'reserve'), 0) as promised,
          coalesce(-sum(delta_on_hand) filter (where kind = 'ship'), 0) as shipped,
          coalesce(-sum(delta_reserved) filter (where kind = 'release'), 0) as given_back,
          coalesce(sum(delta_on_hand) filter (where kind = 'return'), 0) as returned
        from inventory.movement where order_line_id is not null group by order_line_id, location
      ) m using (order_line_id, location)
      where (r.quantity, r.fulfilled, r.released, r.restocked) is distinct from (m.promised, m.shipped, m.given_back, m.returned)`,
  },
  {
    id: 'I15',
    title: 'every reservation stands where the table of its moves and its units allow',
    sql: `
      select order_line_id, location, status, quantity, released, fulfilled from inventory.reservation
      where status is distinct from case
        when released + fulfilled < quantity and fulfilled > 0 then 'committed'
        when released + fulfilled < quantity then case status when 'committed' then 'committed' else 'active' end
        when fulfilled > 0 then 'fulfilled'
        else 'released'
      end`,
  },
  {
    id: 'I16',
    title: 'a reservation that has ended holds no unit',
    sql: `
      select order_line_id, location, status, quantity, released, fulfilled from inventory.reservation
      where status in ('fulfilled', 'released') and released + fulfilled <> quantity`,
  },
];
