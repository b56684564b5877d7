import { Command, Option } from 'commander';
import { DevelopmentIssuer } from '../platform/auth/index.js';
import { withShop } from './shop-context.js';
import { print } from './output.js';

const roles = ['customer', 'support', 'fulfilment', 'finance', 'admin', 'service'] as const;

interface Options {
  role: (typeof roles)[number];
  subject?: string;
  scopes?: string[];
}

/** Works beside a running server, and in a container, where POST /dev/token does not answer to the outside. */
export function tokenCommand(): Command {
  return new Command('token')
    .description('prints a bearer token of the development issuer; a server in production does not accept it')
    .addOption(new Option('--role <role>', 'whose rights it bears').choices(roles).default('admin'))
    .option('--subject <id>', 'who it names')
    .option('--scopes <scopes...>', 'what a service may do, such as orders:read')
    .action((options: Options) =>
      withShop(async (shop) => print(await shop.get(DevelopmentIssuer).token(options))),
    );
}
