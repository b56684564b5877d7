import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { currentContext } from '../http/request-context.js';
import { NothingBehindToken, PermissionMissing, SignInNeeded } from './auth.errors.js';
import type { AuthenticatedRequest } from './authenticated-request.js';
import { Authentication, type Proof } from './authentication.service.js';
import { grantOf, ownerOf } from './grants.js';
import { PERMISSION, type PermissionMark } from './permission.decorator.js';
import { permissions } from './permissions.js';

const nobody: Proof = { principal: { kind: 'anonymous' }, hasDeadToken: false };

/** Lets a request through as the permission table says; a handler without a mark is closed to all. */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: Authentication,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const mark = this.reflector.get<PermissionMark | undefined>(PERMISSION, context.getHandler());
    if (!mark) throw new PermissionMissing('a permission that nobody has');
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    // What is public must answer without the database too.
    const proof = mark.permission === 'public' ? nobody : await this.authentication.prove(request);
    const { principal, presentedCartId } = proof;
    const current = currentContext();
    if (current) current.principal = principal;
    const grant = grantOf(mark, principal);
    if (!grant) throw refusalOf(mark, proof);
    request.authorised = { principal, owner: ownerOf(principal, grant), grant, presentedCartId };
    return true;
  }
}

function refusalOf({ permission, own }: PermissionMark, { principal, hasDeadToken }: Proof): Error {
  if (principal.kind !== 'anonymous') return new PermissionMissing(permission);
  const isForGuests = own && permissions[permission].guest !== undefined;
  return hasDeadToken && isForGuests ? new NothingBehindToken() : new SignInNeeded();
}
