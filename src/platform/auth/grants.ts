import type { PermissionMark } from './permission.decorator.js';
import { type Grant, permissions } from './permissions.js';
import type { Owner, Principal } from './principal.js';

/** What the table gives this principal at a handler with this mark; undefined is no. */
export function grantOf(mark: PermissionMark, principal: Principal): Grant | undefined {
  const row = permissions[mark.permission];
  const grant =
    principal.kind === 'staff' ? widest(principal.roles.map((role) => row[role])) : columnOf(principal, row);
  if (
    grant?.reach === 'scope' &&
    !(principal.kind === 'service' && principal.scopes.includes(mark.permission))
  )
    return undefined;
  if (grant?.reach === 'own' && !mark.own) return undefined;
  return grant;
}

/** The rows a principal may see under its grant; a guest without ids owns nothing. */
export function ownerOf(principal: Principal, grant: Grant): Owner {
  if (grant.reach === 'any' || grant.reach === 'scope') return { kind: 'any' };
  if (principal.kind === 'customer') return { kind: 'customer', customerId: principal.customerId };
  if (principal.kind === 'guest')
    return { kind: 'guest', cartId: principal.cartId, orderId: principal.orderId };
  return principal.kind === 'anonymous' ? { kind: 'guest' } : { kind: 'any' };
}

function columnOf(
  principal: Exclude<Principal, { kind: 'staff' }>,
  row: (typeof permissions)[PermissionMark['permission']],
): Grant | undefined {
  return principal.kind === 'system' ? { reach: 'any' } : row[principal.kind];
}

/** Of several roles the one that allows most: unconditional before conditional. */
function widest(grants: (Grant | undefined)[]): Grant | undefined {
  const given = grants.filter((grant) => grant !== undefined);
  return given.find((grant) => grant.condition === undefined) ?? given[0];
}
