import { Command } from 'commander';
import { ConfigError } from '../platform/config/config.js';
import { TopicsService } from '../platform/kafka/index.js';
import { withShop } from './shop-context.js';
import { print, tell } from './output.js';

/** Exit codes: 0 the topics are as wanted, 1 a person has to decide about one. */
export function topicsCommand(): Command {
  const apply = new Command('apply')
    .description('makes the topics that are missing and mends their settings; messages are never touched')
    .action(() =>
      withShop(async (shop) => {
        const topics = shop.get(TopicsService);
        if (!topics.hasBrokers)
          throw new ConfigError(['KAFKA_BROKERS is not set, wanted: host:port[,host:port…]']);
        const { created, changed, differing } = await topics.apply();
        for (const topic of created) print(`created  ${topic}`);
        for (const topic of changed) print(`changed  ${topic}`);
        if (created.length + changed.length === 0) print('nothing to do: the topics are as wanted');
        for (const sentence of differing) tell(sentence);
        if (differing.length > 0) process.exitCode = 1;
      }),
    );
  return new Command('topics').description('the topics of domain events').addCommand(apply);
}
