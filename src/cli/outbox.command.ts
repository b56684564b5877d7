import { Command } from 'commander';
import { OutboxStatus, type OutboxStatusReport } from '../platform/events/index.js';
import { print } from './output.js';
import { withShop } from './shop-context.js';

export function outboxCommand(): Command {
  return new Command('outbox').description('the events on their way').addCommand(
    new Command('status')
      .description('what waits to be published, and which consumer is behind')
      .option('--json', 'print it as one JSON object', false)
      .action(async ({ json }: { json: boolean }) => {
        const report = await withShop((shop) => shop.get(OutboxStatus).read());
        if (json) print(JSON.stringify(report));
        else for (const line of linesOf(report)) print(line);
      }),
  );
}

function linesOf({ backlog, oldestAt, lagSeconds, days, consumers }: OutboxStatusReport): string[] {
  const oldest = oldestAt ? `, the oldest since ${oldestAt.toISOString()} (${Math.round(lagSeconds)} s)` : '';
  const mebibytes = days.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20;
  return [
    `unpublished  ${backlog}${oldest}`,
    `days         ${days.length}, ${days[0]?.day ?? ''} to ${days.at(-1)?.day ?? ''}, ${mebibytes.toFixed(1)} MiB`,
    ...consumers.map(({ consumer, waiting, lagSeconds: behind, deadLetters }) => {
      const age = behind ? ` (${Math.round(behind)} s)` : '';
      return `${consumer.padEnd(12)} waiting ${waiting ?? 'unknown'}${age}, dead letters ${deadLetters}`;
    }),
  ];
}
