import { existsSync } from 'node:fs';

/** The process's environment, with `.env` of the working directory read where there is one; what is set already wins over the file. */
export function readEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}
