import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { type PermissionName, permissions } from './permissions.js';

export type { PermissionName } from './permissions.js';

export interface PermissionMark {
  permission: PermissionName;
  /** Whether owners may act on their own objects; the handler then takes `@CurrentOwner()` into its query. */
  own: boolean;
}

export const PERMISSION = 'auth:permission';

/** Who may call this handler; a handler without the mark stops the start. */
export const Permission = (permission: PermissionName, options: { own?: boolean } = {}): MethodDecorator =>
  applyDecorators(
    SetMetadata(PERMISSION, { permission, own: options.own ?? false } satisfies PermissionMark),
    ApiExtension('x-permissions', [permission]),
    ...proofs(permission).map((proof) => ApiSecurity(proof)),
  );

/** The credentials that open it, as OpenAPI names them; the empty requirement is `none needed`. */
function proofs(permission: PermissionName): (string | Record<string, string[]>)[] {
  const { anonymous, guest } = permissions[permission];
  if (permission === 'public') return [{}];
  const guests = guest ? ['cart-token', 'order-token'] : [];
  return [...(anonymous ? [{}] : []), ...guests, 'bearer'];
}
