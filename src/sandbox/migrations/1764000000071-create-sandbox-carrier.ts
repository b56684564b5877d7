import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSandboxCarrier1764000000071 implements MigrationInterface {
  name = 'CreateSandboxCarrier1764000000071';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sandbox.parcel (
        reference text primary key,
        tracking_number text not null unique,
        postal_code text,
        stops_done int not null default 0,
        booked_at timestamptz not null default now(),
        next_scan_at timestamptz
      );
      create index parcel_due on sandbox.parcel (next_scan_at) where next_scan_at is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sandbox.parcel');
  }
}
