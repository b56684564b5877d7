/** The rows of the permission table. */
export type PermissionName =
  | 'items:read'
  | 'items:write'
  | 'orders:place'
  | 'orders:lookup'
  | 'carts:list'
  | 'carts:create'
  | 'carts:read'
  | 'carts:write'
  | 'carts:checkout'
  | 'orders:read'
  | 'orders:cancel'
  | 'orders:list'
  | 'orders:timeline'
  | 'payments:read'
  | 'payments:create'
  | 'payments:capture'
  | 'payments:void'
  | 'payments:refund'
  | 'reports:read'
  | 'events:read'
  | 'audit:read'
  | 'deliveries:read'
  | 'deliveries:write'
  | 'inventory:read'
  | 'inventory:write'
  | 'events:redrive'
  | 'webhooks:admin'
  /** Open to all, without business data (health, metrics, docs), or proven otherwise (a provider's signature, loopback). */
  | 'public';

export type Who =
  'anonymous' | 'guest' | 'customer' | 'support' | 'fulfilment' | 'finance' | 'admin' | 'service';

/** What the room must hold beside the guard: how far the object may have come, or how much. */
export type Condition = 'before-capture' | 'before-packed' | 'before-ship' | 'within-limit';

/** `yes`: without ownership; `own`: own objects only; `any`: everybody's; `scope`: everybody's, where the service has the scope. */
export interface Grant {
  reach: 'yes' | 'own' | 'any' | 'scope';
  condition?: Condition;
}

const yes: Grant = { reach: 'yes' };
const own: Grant = { reach: 'own' };
const any: Grant = { reach: 'any' };
const scope: Grant = { reach: 'scope' };
const only = (grant: Grant, condition: Condition): Grant => ({ ...grant, condition });

const everybody = {
  anonymous: yes,
  guest: yes,
  customer: yes,
  support: yes,
  fulfilment: yes,
  finance: yes,
  admin: yes,
};
const shoppers = { anonymous: yes, guest: yes, customer: yes };
const owners = { guest: own, customer: own };
const machines = { admin: any, service: scope };

/** The permission table: a row per permission, a column per principal, no entry is no. The guard, `x-permissions` and the tests read it. */
export const permissions: Readonly<Record<PermissionName, Partial<Record<Who, Grant>>>> = {
  'items:read': { ...everybody, service: scope },
  'items:write': machines,
  'orders:place': { ...shoppers, support: any, ...machines },
  'orders:lookup': shoppers,
  'carts:list': { support: any, ...machines },
  'carts:create': { ...shoppers, support: any, ...machines },
  'carts:read': { ...owners, support: any, ...machines },
  'carts:write': { ...owners, ...machines },
  'carts:checkout': { ...owners, ...machines },
  'orders:read': { ...owners, support: any, fulfilment: any, finance: any, ...machines },
  'orders:list': { customer: own, support: any, fulfilment: any, finance: any, ...machines },
  'orders:timeline': { support: any, ...machines },
  'orders:cancel': {
    guest: only(own, 'before-capture'),
    customer: only(own, 'before-packed'),
    support: only(any, 'before-ship'),
    ...machines,
  },
  'payments:read': { ...owners, support: any, finance: any, ...machines },
  'payments:create': { ...owners, service: scope },
  'payments:capture': { finance: any, ...machines },
  'payments:void': { finance: any, ...machines },
  'payments:refund': { support: only(any, 'within-limit'), finance: any, ...machines },
  'reports:read': { support: any, fulfilment: any, finance: any, ...machines },
  'events:read': machines,
  'audit:read': machines,
  'deliveries:read': { ...owners, support: any, fulfilment: any, finance: any, ...machines },
  'deliveries:write': { fulfilment: any, ...machines },
  // Shoppers see a flag through items:read and `validate`; the figures are for those below.
  'inventory:read': { support: any, fulfilment: any, finance: any, ...machines },
  'inventory:write': { fulfilment: any, ...machines },
  'events:redrive': { admin: any },
  'webhooks:admin': { admin: any },
  public: { ...everybody, service: yes },
};
