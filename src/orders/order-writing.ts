/** $1 the order, $2 its lines, $3 its transitions as JSON, $4 who. Answers no row where the drawn number is taken: nothing is written then. */
export const placeOrder = `
  with placed as (
    insert into orders."order" (id, number, version, status, payment_status, payment_unknown_since, delivery_status,
      has_delivery_trouble, cart_id, customer_id, email, shipping_address, billing_address, note, currency, prices_include_tax,
      subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, owed_minor, kept_minor, line_count, unit_count,
      canceled_unit_count, placed_at, expires_at, hard_limit_at, confirmed_at, ended_at)
    select id, number, version, status, "paymentStatus", "paymentUnknownSince", "deliveryStatus",
      "hasDeliveryTrouble", "cartId", "customerId", email, "shippingAddress", "billingAddress", note, currency, "pricesIncludeTax",
      "subtotalMinor", "discountMinor", "shippingMinor", "taxMinor", "totalMinor", "owedMinor", "keptMinor", "lineCount", "unitCount",
      "canceledUnitCount", "placedAt", "expiresAt", "hardLimitAt", "confirmedAt", "endedAt"
    from jsonb_to_record($1::jsonb) as o (id uuid, number text, version int, status text, "paymentStatus" text,
      "paymentUnknownSince" timestamptz, "deliveryStatus" text, "hasDeliveryTrouble" boolean, "cartId" uuid, "customerId" text,
      email text, "shippingAddress" jsonb, "billingAddress" jsonb, note text, currency text, "pricesIncludeTax" boolean,
      "subtotalMinor" bigint, "discountMinor" bigint, "shippingMinor" bigint, "taxMinor" bigint, "totalMinor" bigint,
      "owedMinor" bigint, "keptMinor" bigint, "lineCount" int, "unitCount" int, "canceledUnitCount" int,
      "placedAt" timestamptz, "expiresAt" timestamptz, "hardLimitAt" timestamptz, "confirmedAt" timestamptz, "endedAt" timestamptz)
    on conflict on constraint order_number do nothing
    returning id
  ), placed_lines as (
    insert into orders.line (id, order_id, position, sku, name, unit_price_minor, subtotal_minor, discount_minor, tax_minor,
      total_minor, quantity, canceled, shipped, delivered, returned)
    select l.id, placed.id, l.position, l.sku, l.name, l."unitPriceMinor", l."subtotalMinor", l."discountMinor", l."taxMinor",
      l."totalMinor", l.quantity, l.canceled, l.shipped, l.delivered, l.returned
    from placed, jsonb_to_recordset($2::jsonb) as l (id uuid, position int, sku text, name text, "unitPriceMinor" bigint,
      "subtotalMinor" bigint, "discountMinor" bigint, "taxMinor" bigint, "totalMinor" bigint, quantity int, canceled int,
      shipped int, delivered int, returned int)
  ), told as (
    insert into orders.timeline (order_id, version, type, status, payment_status, delivery_status, reason, lines, actor)
    select placed.id, t.version, t.type, t.status, t."paymentStatus", t."deliveryStatus", t.reason, t.lines, $4
    from placed, jsonb_to_recordset($3::jsonb) as t (version int, type text, status text, "paymentStatus" text,
      "deliveryStatus" text, reason text, lines jsonb)
  )
  select id from placed`;

/** $1 the order, $2 its lines, $3 its transitions as JSON, $4 who; the caller holds the order's lock. */
export const saveOrder = `
  with saved as (
    update orders."order" stored
    set version = o.version, status = o.status, payment_status = o."paymentStatus", payment_unknown_since = o."paymentUnknownSince",
      delivery_status = o."deliveryStatus", has_delivery_trouble = o."hasDeliveryTrouble", owed_minor = o."owedMinor",
      kept_minor = o."keptMinor", canceled_unit_count = o."canceledUnitCount", confirmed_at = o."confirmedAt", ended_at = o."endedAt"
    from jsonb_to_record($1::jsonb) as o (id uuid, version int, status text, "paymentStatus" text, "paymentUnknownSince" timestamptz,
      "deliveryStatus" text, "hasDeliveryTrouble" boolean, "owedMinor" bigint, "keptMinor" bigint, "canceledUnitCount" int,
      "confirmedAt" timestamptz, "endedAt" timestamptz)
    where stored.id = o.id
    returning stored.id
  ), counted as (
    update orders.line stored
    set canceled = l.canceled, shipped = l.shipped, delivered = l.delivered, returned = l.returned
    from jsonb_to_recordset($2::jsonb) as l (id uuid, canceled int, shipped int, delivered int, returned int)
    where stored.id = l.id
      and (stored.canceled, stored.shipped, stored.delivered, stored.returned) is distinct from (l.canceled, l.shipped, l.delivered, l.returned)
  )
  insert into orders.timeline (order_id, version, type, status, payment_status, delivery_status, reason, lines, actor)
  select saved.id, t.version, t.type, t.status, t."paymentStatus", t."deliveryStatus", t.reason, t.lines, $4
  from saved, jsonb_to_recordset($3::jsonb) as t (version int, type text, status text, "paymentStatus" text,
    "deliveryStatus" text, reason text, lines jsonb)`;
