import type { Principal } from '../platform/auth/principal.js';
import { etagOf } from '../platform/http/index.js';
import type { Availability, ItemView } from './inventory.schemas.js';
import type { Item, ItemDetails } from './item.entity.js';

/** From here on shoppers are told that few are left. */
const lowUnits = 5;

/** All that shoppers learn of the stock: figures are for staff. */
export function availabilityOf(available: number): Availability {
  if (available <= 0) return 'out-of-stock';
  return available <= lowUnits ? 'low' : 'in-stock';
}

export function itemViewOf(
  item: ItemDetails & Pick<Item, 'sku' | 'version' | 'createdAt' | 'changedAt'>,
  available: number,
): ItemView {
  const { sku, version, name, description, attributes, imageUrl, active } = item;
  const price = { amountMinor: item.priceMinor, currency: item.currency };
  const times = { createdAt: item.createdAt.toISOString(), changedAt: item.changedAt.toISOString() };
  return {
    sku,
    version,
    name,
    description,
    price,
    attributes,
    imageUrl,
    active,
    availability: availabilityOf(available),
    ...times,
  };
}

/** Covers the flag too, which moves without the item's version. */
export function itemEtag({ version, availability }: Pick<ItemView, 'version' | 'availability'>): string {
  return etagOf('item', version, availability);
}

/** What is not on sale, not yet or no more, is the shop's own business. */
export function maySeeInactive(principal: Principal): boolean {
  return principal.kind === 'staff' || principal.kind === 'service' || principal.kind === 'system';
}
