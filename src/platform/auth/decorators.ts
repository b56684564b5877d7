import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AuthenticatedRequest } from './authenticated-request.js';
import type { Grant } from './permissions.js';
import type { Owner, Principal } from './principal.js';

function authorised(context: ExecutionContext): NonNullable<AuthenticatedRequest['authorised']> {
  const { authorised: found } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!found) throw new Error('the permission guard has not seen this request');
  return found;
}

/** Who asks. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal => authorised(context).principal,
);

/** Which rows this request may see; belongs into the query's where-clause. */
export const CurrentOwner = createParamDecorator(
  (_: unknown, context: ExecutionContext): Owner => authorised(context).owner,
);

/** What the permission table grants, with its condition, such as `before-capture`; the room holds the condition. */
export const CurrentGrant = createParamDecorator(
  (_: unknown, context: ExecutionContext): Grant => authorised(context).grant,
);

/** Id of the cart whose valid Cart-Token came along, also beside a Bearer (merge); undefined without one. */
export const PresentedCart = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    return authorised(context).presentedCartId;
  },
);
