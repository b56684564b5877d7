import { Command } from 'commander';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApiDocument } from '../app.docs.js';
import { createApp } from '../create-app.js';
import { envExample } from '../platform/config/env-example.js';
import { allEvents, asyncApiDocument, payloadSchema } from '../platform/events/index.js';
import { withConfig } from './shop-context.js';

/** What is generated from the code and committed beside it. */
export function contractCommands(): Command[] {
  return [
    new Command('openapi')
      .description('prints the OpenAPI document, as contracts/openapi.json keeps it')
      .action(() =>
        withConfig(async (config) => {
          const app = await createApp({ ...config, LOG_LEVEL: 'error' });
          process.stdout.write(inJson(openApiDocument(app)));
          await app.close();
        }),
      ),
    new Command('asyncapi')
      .description('prints the AsyncAPI document, as contracts/asyncapi.json keeps it')
      .option('--schemas <folder>', "also writes each event's JSON Schema there, in place of what is there")
      .action(async ({ schemas }: { schemas?: string }) => {
        if (schemas) await writeSchemas(schemas);
        process.stdout.write(inJson(asyncApiDocument(allEvents())));
      }),
    new Command('env-example')
      .description('prints .env.example from the schema of the settings')
      .action(() => void process.stdout.write(envExample())),
  ];
}

async function writeSchemas(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const event of allEvents())
    await writeFile(join(folder, `${event.type}.json`), inJson(payloadSchema(event)));
}

const inJson = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
