import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { Routes } from '../http/routes.js';
import { PERMISSION } from './permission.decorator.js';

/** Deny by default, told at the start and not by the first caller. */
@Injectable()
export class PermissionCheck implements OnApplicationBootstrap {
  constructor(private readonly routes: Routes) {}

  onApplicationBootstrap(): void {
    const unmarked = this.routes
      .all()
      .filter(({ handler }) => Reflect.getMetadata(PERMISSION, handler) === undefined);
    if (unmarked.length > 0)
      throw new Error(`handlers without @Permission: ${unmarked.map(({ name }) => name).join(', ')}`);
  }
}
