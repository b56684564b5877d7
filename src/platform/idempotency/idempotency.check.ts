import { Injectable, OnApplicationBootstrap, RequestMethod } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { type Route, Routes } from '../http/routes.js';
import { IDEMPOTENT, NOT_IDEMPOTENT, claimOf } from './idempotent.decorator.js';

/** A POST that a retry could do twice is found at the start. */
@Injectable()
export class IdempotencyCheck implements OnApplicationBootstrap {
  constructor(private readonly routes: Routes) {}

  onApplicationBootstrap(): void {
    const faulty = this.routes
      .all()
      .filter((route) => route.method === RequestMethod.POST && !isGuarded(route));
    if (faulty.length > 0) {
      throw new Error(
        `POST handlers without @Idempotent and @ClaimKey, or @NotIdempotent: ${faulty.map(({ name }) => name).join(', ')}`,
      );
    }
  }
}

function isGuarded({ controller, methodName, handler }: Route): boolean {
  if (Reflect.getMetadata(NOT_IDEMPOTENT, handler) !== undefined) return true;
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, methodName) ?? {}) as Record<
    string,
    { factory?: unknown }
  >;
  const claimsKey = Object.values(parameters).some(({ factory }) => factory === claimOf);
  return claimsKey && Reflect.getMetadata(IDEMPOTENT, handler) !== undefined;
}
