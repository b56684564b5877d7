import type { NestExpressApplication } from '@nestjs/platform-express';
import { serveDocs } from './app.docs.js';
import { CONFIG, type Config } from './platform/config/config.js';
import { configureHttp } from './platform/http/index.js';
import { measureRequests } from './platform/metrics/index.js';

/** Everything between the socket and the handlers; the server and every test go through it, so that they cannot drift. */
export function configureApp(app: NestExpressApplication): void {
  const { mode } = app.get<Config>(CONFIG);
  const isProduction = mode === 'production';
  app.use(measureRequests);
  configureHttp(app, { isProduction });
  if (!isProduction) serveDocs(app);
}
