import { Injectable } from '@nestjs/common';
import type { ObjectLiteral } from 'typeorm';
import type { Owner } from '../platform/auth/principal.js';
import { Database } from '../platform/database/database.js';
import { Cart } from './cart.entity.js';
import type { CartLine } from './cart-line.js';
import { statusesBefore } from './cart-status.js';
import type { CartSnapshot } from './carts.events.js';

const lineColumns = 'l.line_id as "lineId", l.sku, l.quantity, l.unit_price_minor as "unitPriceMinor"';
const lineOfJson = `jsonb_build_object('lineId', l.line_id, 'sku', l.sku, 'quantity', l.quantity, 'unitPriceMinor', l.unit_price_minor)`;
const linesAsJson = `(select coalesce(jsonb_agg(${lineOfJson} order by l.line_id), '[]') from carts.line l where l.cart_id = cart.id)`;

/** $1 … as `parametersOf` gives them; the clock is read after the lock was waited for, so that times follow the versions. */
const lineInsert = `
  insert into carts.line (line_id, cart_id, sku, quantity, unit_price_minor, added_at)
  select r."lineId", $1, r.sku, r.quantity, r."unitPriceMinor", clock_timestamp()
  from jsonb_to_recordset($12) as r ("lineId" uuid, sku text, quantity int, "unitPriceMinor" bigint)
  where r.quantity > 0`;

/** Whole carts: their rows, their lines, their locks. Lists are in cart-views.repository.ts. */
@Injectable()
export class CartsRepository {
  constructor(private readonly database: Database) {}

  /** Cart and lines as one moment had them. */
  async find(id: string, owner: Owner): Promise<Cart | undefined> {
    const [condition, parameters] = ownedBy(owner);
    const { entities, raw } = await this.database.manager
      .createQueryBuilder(Cart, 'cart')
      .addSelect(linesAsJson, 'lines')
      .where('cart.id = :id', { id })
      .andWhere(condition, parameters)
      .getRawAndEntities<{ lines: CartLine[] }>();
    const [cart] = entities;
    if (cart) cart.lines = raw[0]?.lines ?? [];
    return cart;
  }

  /** The lines are read by a statement after the lock: inside the one that waits for it they would be those from before. */
  async lock(id: string, owner: Owner): Promise<Cart | undefined> {
    const [condition, parameters] = ownedBy(owner);
    return (await this.lockWhere(`cart.id = :id and ${condition}`, { id, ...parameters }))[0];
  }

  /** The customer's cart and the guest's, in the order of their ids, as the lock order asks; one that is not theirs is missing. */
  lockForMerge(of: { cartId: string; customerId: string; guestCartId: string | null }): Promise<Cart[]> {
    const mine = 'cart.id = :cartId and cart.customer_id = :customerId';
    return this.lockWhere(`(${mine}) or (cart.id = :guestCartId and cart.customer_id is null)`, of);
  }

  async insert(cart: Cart): Promise<void> {
    const row = await this.database.row<Pick<Cart, 'createdAt' | 'updatedAt'>>(
      `with created as (
         insert into carts.cart (id, version, status, email, shipping_address, billing_address, note, merged_into, customer_id,
           line_count, currency, created_at, updated_at, active_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now(), now()) returning created_at, updated_at
       ), line as (${lineInsert})
       select created_at as "createdAt", updated_at as "updatedAt" from created`,
      parametersOf(cart),
    );
    Object.assign(cart, row);
  }

  /** Writes the cart and its changed lines in one statement, however many they are. */
  async save(cart: Cart): Promise<void> {
    const row = await this.database.row<Pick<Cart, 'updatedAt'>>(
      `with saved as (
         update carts.cart set version = $2, status = $3, email = $4, shipping_address = $5, billing_address = $6, note = $7,
           merged_into = $8, customer_id = $9, line_count = $10, currency = $11,
           updated_at = clock_timestamp(), active_at = clock_timestamp()
         where id = $1 returning updated_at
       ), removed as (
         delete from carts.line where cart_id = $1 and line_id in (
           select r."lineId" from jsonb_to_recordset($12) as r ("lineId" uuid, quantity int) where r.quantity = 0)
       ), kept as (
         ${lineInsert}
         on conflict (cart_id, sku) do update set quantity = excluded.quantity, unit_price_minor = excluded.unit_price_minor
       )
       select updated_at as "updatedAt" from saved`,
      parametersOf(cart),
    );
    Object.assign(cart, row);
  }

  /** One conditional statement: the checkout holds the cart's lock already. Answers nothing where the cart may not be ordered. */
  markOrdered(id: string, orderId: string): Promise<CartSnapshot | undefined> {
    return this.database.row<CartSnapshot>(
      `update carts.cart set status = 'ordered', order_id = $2, version = version + 1, updated_at = clock_timestamp()
       where id = $1 and status = any($3)
       returning id as "cartId", version, status, currency, line_count as "lineCount"`,
      [id, orderId, statusesBefore('ordered')],
    );
  }

  private async lockWhere(condition: string, parameters: ObjectLiteral): Promise<Cart[]> {
    const carts = await this.database.manager
      .createQueryBuilder(Cart, 'cart')
      .where(condition, parameters)
      .orderBy('cart.id')
      .setLock('for_no_key_update')
      .getMany();
    if (carts.length === 0) return carts;
    const lines = await this.linesOf(carts.map((cart) => cart.id));
    for (const cart of carts)
      cart.lines = lines.filter(({ cartId }) => cartId === cart.id).map(({ line }) => line);
    return carts;
  }

  private async linesOf(cartIds: string[]): Promise<{ cartId: string; line: CartLine }[]> {
    const rows = await this.database.rows<CartLine & { cartId: string }>(
      `select l.cart_id as "cartId", ${lineColumns} from carts.line l where l.cart_id = any($1) order by l.line_id`,
      [cartIds],
    );
    return rows.map(({ cartId, ...line }) => ({ cartId, line }));
  }
}

function parametersOf(cart: Cart): unknown[] {
  const { id, version, status, email, note, mergedInto, customerId, lineCount, currency } = cart;
  const shippingAddress = cart.shippingAddress && JSON.stringify(cart.shippingAddress);
  const billingAddress = cart.billingAddress && JSON.stringify(cart.billingAddress);
  const details = [email, shippingAddress, billingAddress, note];
  const lines = JSON.stringify([...cart.changes.values()]);
  return [id, version, status, ...details, mergedInto, customerId, lineCount, currency, lines];
}

/** The owner as a condition on `cart`; a customer's cart has no guest. */
function ownedBy(owner: Owner): [string, ObjectLiteral] {
  switch (owner.kind) {
    case 'any':
      return ['true', {}];
    case 'guest':
      return ['cart.id = :ownCartId and cart.customer_id is null', { ownCartId: owner.cartId ?? null }];
    case 'customer':
      return ['cart.customer_id = :ownCustomerId', { ownCustomerId: owner.customerId }];
  }
}
