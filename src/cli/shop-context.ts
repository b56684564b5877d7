import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { type Config } from '../platform/config/config.js';
import { readEnvironment } from '../platform/config/environment.js';
import { loadConfig } from '../platform/config/load-config.js';
import { prepareDatabase } from '../prepare-database.js';

/** The settings with a database that is there and migrated; a running server's embedded one is joined, else it is started for this command. */
export async function withConfig<T>(work: (config: Config) => Promise<T>): Promise<T> {
  const database = await prepareDatabase(loadConfig(readEnvironment()), () => undefined);
  try {
    return await work(database.config);
  } finally {
    await database.stop();
  }
}

/** The rooms without HTTP, workers or listeners: what a command calls is all that happens. */
export function withShop<T>(work: (shop: INestApplicationContext) => Promise<T>): Promise<T> {
  return withConfig(async (config) => {
    const shop = await NestFactory.createApplicationContext(AppModule.forRoot(config), {
      logger: ['error'],
      abortOnError: false,
    });
    try {
      return await work(shop);
    } finally {
      await shop.close();
    }
  });
}
