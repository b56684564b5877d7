import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Numbers the events of a key in the order of their publication. What was published before has no number and is in no
 * stream: rewriting every day of the outbox would hold up its writers.
 */
export class NumberStreams1764000000014 implements MigrationInterface {
  name = 'NumberStreams1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table events.stream (
        key text primary key,
        last_position int not null check (last_position > 0)
      );
      alter table events.outbox add column stream_position int;
      create index outbox_of_stream on events.outbox (key, stream_position) where stream_position is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table events.outbox drop column stream_position;
      drop table events.stream;
    `);
  }
}
