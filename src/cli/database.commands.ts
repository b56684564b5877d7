import { Command } from 'commander';
import { seedDemo } from '../inventory/index.js';
import { migrations } from '../migrations.js';
import { databaseUrl } from '../platform/database/database-url.js';
import { migrate } from '../platform/database/migrate.js';
import { withConfig, withShop } from './shop-context.js';
import { tell } from './output.js';

export function databaseCommands(): Command[] {
  return [
    new Command('migrate')
      .description(
        'brings the database to the schema of this program; processes that migrate at once take turns',
      )
      .action(() =>
        withConfig(async (config) => {
          const applied = await migrate(databaseUrl(config), migrations);
          tell(
            applied.length > 0 ? `applied: ${applied.join(', ')}` : 'nothing to do: the schema is current',
          );
        }),
      ),
    new Command('seed')
      .description('puts demo items on the shelf; items that are there stay as they are')
      .action(() =>
        withShop(async (shop) => {
          tell(`${await seedDemo(shop)} demo items added`);
        }),
      ),
  ];
}
