import { ConfigError, exitCodeOfBadConfig } from './platform/config/config.js';
import { readEnvironment } from './platform/config/environment.js';
import { loadConfig } from './platform/config/load-config.js';
import { bannerOf } from './platform/health/banner.js';
import { JsonLogger } from './platform/logging/json-logger.js';
import { type Shop, type StartSandbox, startShop } from './start.js';
import { welcome } from './welcome.js';

/** Longest time that a stop may take before the process goes all the same, in milliseconds. */
const longestStopMs = 30_000;

/** Runs the server until a signal. Exit codes: 78 for settings that cannot work, 1 for all else that stops the start. */
export async function serve(startSandbox: StartSandbox): Promise<void> {
  try {
    const config = loadConfig(readEnvironment());
    const logger = new JsonLogger(config);
    const shop = await startShop(config, startSandbox, (message) => logger.log(message, 'Start'));
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void stop(shop, logger, signal));
    const banner = bannerOf(config);
    if (banner) logger.warn(banner, 'Start');
    if (config.mode !== 'production') process.stdout.write(await welcome(shop));
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exit(error instanceof ConfigError ? exitCodeOfBadConfig : 1);
  }
}

/** One plain sentence for what a person can mend, the stack for what only a programmer can. */
function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n');
  if (!(error instanceof Error)) return String(error);
  const isPortTaken = 'code' in error && error.code === 'EADDRINUSE';
  return isPortTaken
    ? `${error.message}: another program listens there, set PORT to a free one`
    : (error.stack ?? error.message);
}

async function stop(shop: Shop, logger: JsonLogger, signal: string): Promise<void> {
  logger.log(`${signal}: ending the requests under way`, 'Stop');
  const tooLong = setTimeout(() => process.exit(1), longestStopMs);
  try {
    await shop.stop();
    process.exit(0);
  } catch (error) {
    logger.error({ err: error }, 'the stop failed', 'Stop');
    process.exit(1);
  } finally {
    clearTimeout(tooLong);
  }
}
