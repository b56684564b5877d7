import { once } from 'node:events';
import { Command } from 'commander';
import { databaseUrl } from '../platform/database/database-url.js';
import { ConfigError } from '../platform/config/config.js';
import { startSandbox } from '../sandbox/index.js';
import { withConfig } from './shop-context.js';
import { tell } from './output.js';

/** The payment provider and the carrier by themselves, for shops that share one. */
export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description('runs the sandbox payment provider and carrier as a process of their own')
    .requiredOption('--target <url>', 'the shop that gets their webhooks')
    .option('--port <port>', 'where they listen on loopback', Number, 8090)
    .action((options: { target: string; port: number }) =>
      withConfig(async (config) => {
        if (!config.SANDBOX_WEBHOOK_SECRET)
          throw new ConfigError(['SANDBOX_WEBHOOK_SECRET is not set: the shop must know the same secret']);
        const sandbox = await startSandbox({
          databaseUrl: databaseUrl(config),
          webhookSecret: config.SANDBOX_WEBHOOK_SECRET,
          webhookTarget: options.target,
          port: options.port,
          carrierPaceMs: config.SANDBOX_CARRIER_PACE_MS,
        });
        tell(`the sandbox listens at ${sandbox.url} and tells ${options.target}`);
        await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
        await sandbox.stop();
      }),
    );
}
