import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import { eventEntry, Replay, type ReplayFilter, type ReplayRun } from '../platform/events/index.js';
import { idSchema } from '../platform/http/index.js';
import { KafkaPublisher, TopicsService } from '../platform/kafka/index.js';
import { positiveInteger, time } from './arguments.js';
import { print, tell } from './output.js';
import { progressBar } from './progress.js';
import { withShop } from './shop-context.js';

interface Options extends ReplayFilter {
  dryRun: boolean;
  rate: number;
  resume?: string;
}

/** Exit codes: 0 all was told again, 1 it was cut off and can be resumed. */
export function eventsCommand(): Command {
  const replay = new Command('replay')
    .description(
      'tells the subscribers of the topics again what was published, in order, marked by ce_replay',
    )
    .option('--from <time>', 'what occurred then or later, such as 2026-11-27T08:00:00Z', time)
    .option('--to <time>', 'what occurred before', time)
    .option('--type <type>', 'such as order.placed')
    .option('--key <key>', 'of one order, cart or sku')
    .option('--dry-run', 'count by type and publish nothing', false)
    .option('--rate <events>', 'most events a second', positiveInteger, 1000)
    .option('--resume <id>', 'go on with one that was cut off, in the window it had')
    .action(run);
  return new Command('events').description('domain events that were published').addCommand(replay);
}

function run({ dryRun, rate: perSecond, resume, ...filter }: Options): Promise<void> {
  if (resume !== undefined && Object.keys(filter).length > 0)
    throw new Error('a replay that is resumed keeps its window: leave out --from, --to, --type and --key');
  if (resume !== undefined && !idSchema.safeParse(resume).success)
    throw new Error(`${resume} is no id of a replay; each tells its own at the start`);
  return withShop(async (shop) => {
    if (filter.type !== undefined && !eventEntry(filter.type))
      throw new Error(`there is no event ${filter.type}; contracts/asyncapi.json names all`);
    const replay = shop.get(Replay);
    if (dryRun) return count(replay, filter);
    if (!shop.get(TopicsService).hasBrokers)
      throw new Error(
        'KAFKA_BROKERS is not set: listeners inside the shop took each event once, so nobody is there to replay to',
      );
    await republish(
      shop,
      await (resume === undefined ? replay.start(filter) : replay.resume(resume)),
      perSecond,
    );
  });
}

async function count(replay: Replay, filter: ReplayFilter): Promise<void> {
  const counts = await replay.count(filter);
  for (const { type, events } of counts) print(`${type.padEnd(32)} ${events}`);
  print(`${'all'.padEnd(32)} ${counts.reduce((sum, { events }) => sum + events, 0)}`);
}

async function republish(
  shop: INestApplicationContext,
  started: ReplayRun,
  perSecond: number,
): Promise<void> {
  const publisher = shop.get(KafkaPublisher);
  const bar = progressBar('events');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  tell(`replay ${started.id}: ${started.total - started.published} events`);
  try {
    const ended = await shop.get(Replay).run(started, {
      republish: (events) => publisher.publish(events),
      rate: perSecond,
      signal: stop.signal,
      onProgress: ({ published, total }) => bar.show(published, total),
    });
    bar.end();
    if (!ended.finishedAt) throw new Error(`stopped after ${ended.published} of ${ended.total} events`);
    print(`replayed ${ended.published} events`);
  } catch (error) {
    bar.end();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}; go on with: events replay --resume ${started.id}`, { cause: error });
  } finally {
    await publisher.stop();
  }
}
