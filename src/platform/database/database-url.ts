import type { Config } from '../config/config.js';

/** The database's URL; the start puts the embedded one into the configuration where none was given. */
export function databaseUrl(config: Config): string {
  if (config.DATABASE_URL === undefined)
    throw new Error('no database yet: the embedded one starts before its first use');
  return config.DATABASE_URL;
}
