import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInventory1764000000020 implements MigrationInterface {
  name = 'CreateInventory1764000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(items);
    await runner.query(stock);
    await runner.query(ledger);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema inventory cascade');
  }
}

// Words, not trigrams: tsvector is in every PostgreSQL, while pg_trgm is an extension that some servers do not let us create.
// Punctuation becomes space first, or the parser would read `red-box.v2` as a host name and not find `box`.
// sort_name has the C collation, so that no upgrade of the operating system's locales can break the index or a cursor.
const items = `
  create schema inventory;

  create table inventory.item (
    sku text collate "C" primary key,
    name text not null,
    description text,
    price_minor bigint not null,
    currency text not null,
    attributes jsonb not null default '{}',
    image_url text,
    active boolean not null,
    version int not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    sort_name text collate "C" not null generated always as (lower(name)) stored,
    search tsvector not null generated always as (
      to_tsvector('simple', translate(sku || ' ' || name, '!"#$%&''()*+,-./:;<=>?@[\\]^_\`{|}~', repeat(' ', 32)))
    ) stored,
    constraint item_sku check (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    constraint item_price check (price_minor >= 0),
    constraint item_currency check (currency ~ '^[A-Z]{3}$'),
    constraint item_version check (version > 0)
  );
  create index item_by_name on inventory.item (active, sort_name, sku);
  create index item_by_price on inventory.item (active, price_minor, sku);
  create index item_by_age on inventory.item (active, created_at, sku);
  create index item_by_word on inventory.item using gin (search);
`;

// No index but the key, and room left on each page: an update of a hot level then stays in place (HOT).
const stock = `
  create table inventory.stock_level (
    sku text collate "C" not null references inventory.item (sku),
    location text collate "C" not null default 'main',
    on_hand bigint not null default 0,
    reserved bigint not null default 0,
    version int not null default 0,
    changed_at timestamptz not null default now(),
    primary key (sku, location),
    constraint stock_level_on_hand check (on_hand >= 0),
    constraint stock_level_reserved check (reserved >= 0 and reserved <= on_hand)
  ) with (fillfactor = 50);

  create table inventory.reservation (
    order_line_id uuid not null,
    location text collate "C" not null default 'main',
    order_id uuid not null,
    sku text collate "C" not null,
    quantity int not null,
    released int not null default 0,
    fulfilled int not null default 0,
    restocked int not null default 0,
    status text not null,
    reserved_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    primary key (order_line_id, location),
    constraint reservation_quantity check (quantity > 0),
    constraint reservation_units check (released >= 0 and fulfilled >= 0 and released + fulfilled <= quantity),
    constraint reservation_restocked check (restocked >= 0 and restocked <= fulfilled),
    constraint reservation_status check (
      case status
        when 'active' then fulfilled = 0 and released < quantity
        when 'committed' then released + fulfilled < quantity
        when 'fulfilled' then fulfilled > 0 and released + fulfilled = quantity
        when 'released' then released = quantity
        else false
      end
    )
  ) with (fillfactor = 80);
  create index reservation_of_order on inventory.reservation (order_id);
`;

// No foreign keys from here: each would lock the item's row once per movement, and hot items have many at once.
const ledger = `
  create table inventory.movement (
    id bigint generated always as identity primary key,
    sku text collate "C" not null,
    location text collate "C" not null,
    kind text not null,
    delta_on_hand bigint not null,
    delta_reserved bigint not null,
    order_id uuid,
    order_line_id uuid,
    reason text,
    actor text not null,
    level_version int not null,
    moved_at timestamptz not null default now(),
    constraint movement_deltas check (
      case kind
        when 'receive' then delta_on_hand > 0 and delta_reserved = 0
        when 'adjust' then delta_on_hand <> 0 and delta_reserved = 0 and reason is not null
        when 'recount' then delta_reserved = 0
        when 'reserve' then delta_on_hand = 0 and delta_reserved > 0
        when 'release' then delta_on_hand = 0 and delta_reserved < 0
        when 'ship' then delta_on_hand < 0 and delta_reserved = delta_on_hand
        when 'return' then delta_on_hand > 0 and delta_reserved = 0
        else false
      end
    ),
    constraint movement_order check (
      (kind in ('reserve', 'release', 'ship', 'return')) = (order_id is not null and order_line_id is not null)
    )
  );
  create index movement_of_item on inventory.movement (sku, id);

  create function inventory.refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'the ledger inventory.movement is append-only' using errcode = 'restrict_violation';
  end $$;
  create trigger movement_append_only before update or delete on inventory.movement
    for each row execute function inventory.refuse_change();
  create trigger movement_keep before truncate on inventory.movement
    for each statement execute function inventory.refuse_change();
`;
