import { grantOf, ownerOf } from './grants.js';
import { type PermissionName, permissions, type Who } from './permissions.js';
import type { Principal } from './principal.js';

/** The table of the specification, column by column, in words a person can compare; `-` is no. */
const columns: Who[] = [
  'anonymous',
  'guest',
  'customer',
  'support',
  'fulfilment',
  'finance',
  'admin',
  'service',
];
const table: Record<PermissionName, string> = {
  'items:read': 'yes yes yes yes yes yes yes scope',
  'items:write': '- - - - - - any scope',
  'orders:place': 'yes yes yes any - - any scope',
  'orders:lookup': 'yes yes yes - - - - -',
  'carts:list': '- - - any - - any scope',
  'carts:create': 'yes yes yes any - - any scope',
  'carts:read': '- own own any - - any scope',
  'carts:write': '- own own - - - any scope',
  'carts:checkout': '- own own - - - any scope',
  'orders:read': '- own own any any any any scope',
  'orders:list': '- - own any any any any scope',
  'orders:timeline': '- - - any - - any scope',
  'orders:cancel': '- own/before-capture own/before-packed any/before-ship - - any scope',
  'payments:read': '- own own any - any any scope',
  'payments:create': '- own own - - - - scope',
  'payments:capture': '- - - - - any any scope',
  'payments:void': '- - - - - any any scope',
  'payments:refund': '- - - any/within-limit - any any scope',
  'reports:read': '- - - any any any any scope',
  'events:read': '- - - - - - any scope',
  'audit:read': '- - - - - - any scope',
  'deliveries:read': '- own own any any any any scope',
  'deliveries:write': '- - - - any - any scope',
  'inventory:read': '- - - any any any any scope',
  'inventory:write': '- - - - any - any scope',
  'events:redrive': '- - - - - - any -',
  'webhooks:admin': '- - - - - - any -',
  public: 'yes yes yes yes yes yes yes yes',
};

function principalOf(who: Who, permission: PermissionName): Principal {
  if (who === 'anonymous') return { kind: 'anonymous' };
  if (who === 'guest') return { kind: 'guest', cartId: 'c', orderId: 'o' };
  if (who === 'customer') return { kind: 'customer', customerId: 'u' };
  if (who === 'service') return { kind: 'service', serviceId: 's', scopes: [permission] };
  return { kind: 'staff', staffId: 's', roles: [who] };
}

describe('the permission table', () => {
  const rows = Object.entries(table) as [PermissionName, string][];

  it.each(rows)('gives %s to whom the specification gives it', (permission, row) => {
    expect(Object.keys(table)).toEqual(Object.keys(permissions));
    const given = columns.map((who) => {
      const grant = grantOf({ permission, own: true }, principalOf(who, permission));
      return grant ? [grant.reach, grant.condition].filter(Boolean).join('/') : '-';
    });
    expect(given.join(' ')).toBe(row);
  });

  it('gives a service nothing beyond its scopes', () => {
    const service: Principal = { kind: 'service', serviceId: 's', scopes: ['orders:read'] };
    expect(grantOf({ permission: 'orders:read', own: true }, service)).toEqual({ reach: 'scope' });
    expect(grantOf({ permission: 'orders:cancel', own: true }, service)).toBeUndefined();
  });

  it('gives owners nothing where the handler is not made for owners', () => {
    expect(
      grantOf({ permission: 'orders:read', own: false }, principalOf('customer', 'orders:read')),
    ).toBeUndefined();
  });

  it('takes the widest of several roles', () => {
    const staff: Principal = { kind: 'staff', staffId: 's', roles: ['fulfilment', 'support', 'finance'] };
    expect(grantOf({ permission: 'payments:refund', own: false }, staff)).toEqual({ reach: 'any' });
  });

  it('shows shoppers their own rows and staff everybody’s', () => {
    expect(ownerOf(principalOf('customer', 'orders:read'), { reach: 'own' })).toEqual({
      kind: 'customer',
      customerId: 'u',
    });
    expect(ownerOf(principalOf('guest', 'orders:read'), { reach: 'own' })).toEqual({
      kind: 'guest',
      cartId: 'c',
      orderId: 'o',
    });
    expect(ownerOf(principalOf('support', 'orders:read'), { reach: 'any' })).toEqual({ kind: 'any' });
    expect(ownerOf({ kind: 'anonymous' }, { reach: 'yes' })).toEqual({ kind: 'guest' });
  });
});
