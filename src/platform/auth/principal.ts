/** The permission table's columns. */
export type Role = 'support' | 'fulfilment' | 'finance' | 'admin';

/** Who asks. Ownership of a guest is by the id that the secret token was issued for. */
export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'guest'; cartId?: string; orderId?: string }
  | { kind: 'customer'; customerId: string }
  | { kind: 'staff'; staffId: string; roles: Role[] }
  | { kind: 'service'; serviceId: string; scopes: string[] }
  | { kind: 'system'; worker: string };

/** Which rows a request may see, as the query's where-clause takes it; `any` has no owner condition. */
export type Owner =
  | { kind: 'any' }
  | { kind: 'guest'; cartId?: string; orderId?: string }
  | { kind: 'customer'; customerId: string };

/** Stable text of the principal for timelines and records: `guest:<id>`, `customer:<id>`, `staff:<id>`, `system:<worker>`. */
export function actorOf(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'guest':
      return `guest:${principal.cartId ?? principal.orderId ?? ''}`;
    case 'customer':
      return `customer:${principal.customerId}`;
    case 'staff':
      return `staff:${principal.staffId}`;
    case 'service':
      return `service:${principal.serviceId}`;
    case 'system':
      return `system:${principal.worker}`;
  }
}

/** Those who buy, as against those who work for the shop. */
export const isShopper = ({ kind }: Principal): boolean =>
  kind === 'anonymous' || kind === 'guest' || kind === 'customer';
