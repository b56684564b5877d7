export { AuthModule } from './auth.module.js';
export { CurrentGrant, CurrentOwner, CurrentPrincipal, PresentedCart } from './decorators.js';
export { DevelopmentIssuer } from './development-issuer.js';
export { Permission, type PermissionName } from './permission.decorator.js';
export { type Condition, type Grant, permissions } from './permissions.js';
export { actorOf, isShopper, type Owner, type Principal } from './principal.js';
export { SecretBox } from './secret-box.js';
export { SecretTokens } from './secret-tokens.service.js';
export { TokenRevealers } from './token-revealers.js';
