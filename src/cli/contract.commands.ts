import { Command } from 'commander';
import { openApiDocument } from '../app.docs.js';
import { createApp } from '../create-app.js';
import { envExample } from '../platform/config/env-example.js';
import { withConfig } from './shop-context.js';

/** What is generated from the code and committed beside it. */
export function contractCommands(): Command[] {
  return [
    new Command('openapi')
      .description('prints the OpenAPI document, as contracts/openapi.json keeps it')
      .action(() =>
        withConfig(async (config) => {
          const app = await createApp({ ...config, LOG_LEVEL: 'error' });
          process.stdout.write(`${JSON.stringify(openApiDocument(app), null, 2)}\n`);
          await app.close();
        }),
      ),
    new Command('env-example')
      .description('prints .env.example from the schema of the settings')
      .action(() => void process.stdout.write(envExample())),
  ];
}
