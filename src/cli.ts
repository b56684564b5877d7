#!/usr/bin/env node
import { Command } from 'commander';
import { contractCommands } from './cli/contract.commands.js';
import { databaseCommands } from './cli/database.commands.js';
import { dlqCommand } from './cli/dlq.command.js';
import { eventsCommand } from './cli/events.command.js';
import { importCommand } from './cli/import.command.js';
import { outboxCommand } from './cli/outbox.command.js';
import { replayShopCommand } from './cli/replay-shop.command.js';
import { sandboxCommand } from './cli/sandbox.command.js';
import { topicsCommand } from './cli/topics.command.js';
import { tokenCommand } from './cli/token.command.js';
import { verifyCommand } from './cli/verify.command.js';
import { ConfigError, exitCodeOfBadConfig } from './platform/config/config.js';

const cli = new Command('cli')
  .description('the command line of the shopping cart back end')
  .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 78 settings that cannot work.')
  .showHelpAfterError();

const commands = [
  ...databaseCommands(),
  importCommand(),
  replayShopCommand(),
  tokenCommand(),
  topicsCommand(),
  verifyCommand(),
  outboxCommand(),
  dlqCommand(),
  eventsCommand(),
  sandboxCommand(),
  ...contractCommands(),
];
for (const command of commands) cli.addCommand(command);

cli
  .parseAsync()
  .catch((error: unknown) => {
    const isConfig = error instanceof ConfigError;
    const shown = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${isConfig ? error.problems.join('\n') : shown}\n`);
    process.exitCode = isConfig ? exitCodeOfBadConfig : 1;
  })
  // A broker that does not answer would hold the process for as long as its client still waits; what was printed goes out first.
  .finally(() => process.stdout.write('', () => process.exit()));
