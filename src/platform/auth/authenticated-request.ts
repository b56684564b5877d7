import type { Request } from 'express';
import type { Grant } from './permissions.js';
import type { Owner, Principal } from './principal.js';

/** What the permission guard leaves on the request. */
export interface AuthenticatedRequest extends Request {
  authorised?: { principal: Principal; owner: Owner; grant: Grant; presentedCartId?: string };
}
