import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A position is of the outbox; what a broker brings has none, and no listener asks for it. */
export class LettersWithoutPosition1764000000017 implements MigrationInterface {
  name = 'LettersWithoutPosition1764000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table events.dead_letter drop column position');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table events.dead_letter add column position bigint');
  }
}
