import { Injectable } from '@nestjs/common';
import { RelayPool } from '../platform/database/own-pools.js';
import { invariants } from './invariants.js';
import type { Finding, Invariant } from './invariant.js';

const examplesShown = 5;

/** Proves the invariants of docs/guarantees.md, all on one snapshot, so that a shop under load is judged as it stood at one moment. */
@Injectable()
export class VerifyService {
  constructor(private readonly pool: RelayPool) {}

  async prove(): Promise<Finding[]> {
    const client = await this.pool.connect();
    try {
      await client.query('begin isolation level repeatable read read only');
      // Whole tables are compared: where statistics are not there yet, the planner would loop over one for each row of another.
      await client.query('set local enable_nestloop = off; set local jit = off');
      const findings: Finding[] = [];
      for (const invariant of invariants) {
        const { rows } = await client.query<Record<string, unknown>>(invariant.sql);
        findings.push(judge(invariant, rows));
      }
      await client.query('commit');
      client.release();
      return findings;
    } catch (error) {
      // A connection in a failed transaction must not go back to the pool.
      client.release(true);
      throw error;
    }
  }
}

function judge(invariant: Invariant, rows: Record<string, unknown>[]): Finding {
  return { ...invariant, violations: rows.length, examples: rows.slice(0, examplesShown) };
}
