import type { Server } from 'node:http';
import { VersioningType } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { openContext } from './trace-context.js';

/** Limits of the listening socket; times in milliseconds, sizes in bytes. */
export const serverLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 8192,
  connectionsCheckingInterval: 2000,
};

/** Headers, limits and the request's context; the application must be made with `bodyParser: false`, since routes have limits of their own. */
export function configureHttp(app: NestExpressApplication, options: { isProduction: boolean }): void {
  const server: Server = app.getHttpServer();
  // Node reads all of these when it begins to listen, and has no setter for some.
  Object.assign(server, serverLimits);
  app.disable('x-powered-by');
  app.disable('etag');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  app.use(openContext);
  app.use(securityHeaders(options.isProduction));
  app.use(usualHeaders);
}

/** The API is data: nothing in it is to be framed, run or guessed at. */
function securityHeaders(isProduction: boolean): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    strictTransportSecurity: isProduction ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  });
}

/** Answers belong to whom the credentials name: no cache keeps them, and none mixes them up. */
function usualHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Vary', 'Authorization, Cart-Token, Order-Token');
  next();
}
