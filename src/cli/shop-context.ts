import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { Config } from '../platform/config/config.js';
import { readEnvironment } from '../platform/config/environment.js';
import { loadConfig } from '../platform/config/load-config.js';
import { prepareDatabase } from '../prepare-database.js';

/** Says things beside the output, so that the output itself can be piped. */
export const tell = (message: string): void => void process.stderr.write(`${message}\n`);

/** The settings with a database that is there and migrated; a running server's embedded one is joined, else it is started for this command. */
export async function withConfig<T>(work: (config: Config) => Promise<T>): Promise<T> {
  const { config, stop } = await prepareDatabase(loadConfig(readEnvironment()), () => undefined);
  try {
    return await work(config);
  } finally {
    await stop();
  }
}

/** The rooms without HTTP, workers or listeners: what a command calls is all that happens. */
export function withShop<T>(work: (shop: INestApplicationContext) => Promise<T>): Promise<T> {
  return withConfig(async (config) => {
    const shop = await NestFactory.createApplicationContext(AppModule.forRoot(config), { logger: ['error'], abortOnError: false });
    try {
      return await work(shop);
    } finally {
      await shop.close();
    }
  });
}
