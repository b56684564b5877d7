import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { configureApp } from './app.setup.js';
import type { Config } from './platform/config/config.js';
import { JsonLogger } from './platform/logging/json-logger.js';

/** The application on a database that is there and migrated, ready to listen. */
export async function createApp(config: Config): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config), {
    logger: new JsonLogger(config),
    bodyParser: false,
    return503OnClosing: true,
    abortOnError: false,
  });
  configureApp(app);
  return app;
}
