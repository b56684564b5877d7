import { Injectable, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';

/** One HTTP handler of the application. */
export interface Route {
  controller: new (...args: never[]) => object;
  /** `OrdersController.place`, as messages name it. */
  name: string;
  methodName: string;
  handler: object;
  method: RequestMethod;
}

type Callback = (...args: never[]) => unknown;

/** All HTTP handlers there are, for the checks that stop the start. */
@Injectable()
export class Routes {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  all(): Route[] {
    const routes: Route[] = [];
    for (const { metatype } of this.discovery.getControllers()) {
      if (typeof metatype !== 'function') continue;
      const controller = metatype as Route['controller'];
      const prototype = controller.prototype as Record<string, Callback>;
      for (const methodName of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[methodName];
        if (!handler || Reflect.getMetadata(PATH_METADATA, handler) === undefined) continue;
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
        routes.push({ controller, methodName, name: `${controller.name}.${methodName}`, handler, method });
      }
    }
    return routes;
  }
}
