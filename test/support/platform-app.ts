import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import supertest from 'supertest';
import { migrations } from '../../src/migrations.js';
import { AuthModule, DevelopmentIssuer } from '../../src/platform/auth/index.js';
import { ConfigModule } from '../../src/platform/config/config.module.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { configureHttp, HttpModule } from '../../src/platform/http/index.js';
import { IdempotencyModule } from '../../src/platform/idempotency/index.js';
import { Workers } from '../../src/platform/workers/workers.js';
import { WorkersModule } from '../../src/platform/workers/workers.module.js';
import type { TestDatabase } from './database.js';

export type Role = 'customer' | 'support' | 'fulfilment' | 'finance' | 'admin' | 'service';

/** The platform alone, with controllers and providers of a test's own. */
export interface PlatformApp {
  app: NestExpressApplication;
  url: string;
  request: ReturnType<typeof supertest>;
  bearer(role: Role, subject?: string, scopes?: string[]): Promise<string>;
}

interface Parts {
  controllers: Type[];
  providers?: Type[];
  environment?: NodeJS.ProcessEnv;
}

const quiet: NodeJS.ProcessEnv = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  DATABASE_ACQUIRE_TIMEOUT_MS: '5000',
  SETTLE_INTERVAL_MS: '50',
  SWEEP_INTERVAL_MS: '50',
};

export async function startPlatformApp(
  database: TestDatabase,
  { controllers, providers = [], environment = {} }: Parts,
): Promise<PlatformApp> {
  const config = loadConfig({ ...quiet, DATABASE_URL: database.url, ...environment });
  const platform = [
    ConfigModule.forRoot(config),
    DatabaseModule.forRoot(migrations),
    AuthModule,
    HttpModule,
    IdempotencyModule,
    WorkersModule,
  ];
  @Module({ imports: platform, controllers, providers })
  class PlatformTestModule {}
  const app = await NestFactory.create<NestExpressApplication>(PlatformTestModule, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  configureHttp(app, { isProduction: config.mode === 'production' });
  await app.listen(0, '127.0.0.1');
  app.get(Workers).start();
  const url = await app.getUrl();
  const bearer: PlatformApp['bearer'] = async (role, subject, scopes) =>
    `Bearer ${await app.get(DevelopmentIssuer).token({ role, subject, scopes })}`;
  return { app, url, request: supertest(url), bearer };
}
