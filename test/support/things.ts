import { Body, Controller, Injectable, OnModuleInit, Param, Post, Put } from '@nestjs/common';
import { z } from 'zod';
import { CurrentOwner, Permission, SecretTokens } from '../../src/platform/auth/index.js';
import type { Owner } from '../../src/platform/auth/index.js';
import { Database } from '../../src/platform/database/database.js';
import { DomainError } from '../../src/platform/errors/domain-error.js';
import { accepted, type Answer, created, etagOf, ok, refused } from '../../src/platform/http/index.js';
import {
  ClaimKey,
  Idempotency,
  Idempotent,
  type IdempotentRequest,
  type Resume,
} from '../../src/platform/idempotency/index.js';

/** How the outside party behaves; a test sets it. */
export const outside = {
  calls: [] as string[],
  answer: 'approved' as 'approved' | 'declined' | 'unknown' | 'unavailable' | 'throws',
};

/** How the work itself behaves. */
export const inside = { runs: 0, before: async (): Promise<void> => {} };

const thing = z.strictObject({ name: z.string().min(1), filler: z.int().optional() });
type Thing = z.output<typeof thing>;

/** The table of the tests; each row is one time that the work was done. */
export const thingsTable = `create table public.thing (id text primary key, name text not null, payment text)`;

@Injectable()
export class ThingsService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly tokens: SecretTokens,
    private readonly idempotency: Idempotency,
  ) {}

  onModuleInit(): void {
    this.idempotency.register<typeof outside.answer>({
      name: 'things.pay',
      call: (id) => this.callOutside(id),
      record: (id, outcome) => this.recordOutcome(id, outcome),
    });
  }

  create(request: IdempotentRequest, { name, filler }: Thing): Promise<Answer> {
    return this.idempotency.run(request, async () => {
      const id = await this.insert(name);
      const token = await this.tokens.issue('cart', id);
      const view = { id, name, filler: 'x'.repeat(filler ?? 0) };
      return created(view, { location: `/v1/things/${id}`, etag: etagOf('thing', 1), token });
    });
  }

  move(request: IdempotentRequest, owner: Owner, { name }: Thing): Promise<Answer> {
    return this.idempotency.run(request, async () => {
      const id = await this.insert(name);
      if (name === 'taken') throw new DomainError('conflict', 'thing-taken', 'somebody has it');
      if (name === 'gone') throw new DomainError('not-found', 'thing-gone', 'it is not there');
      return ok({ id, owner });
    });
  }

  pay(request: IdempotentRequest, { name }: Thing): Promise<Answer> {
    return this.idempotency.run(request, async (): Promise<Resume> => ({
      recoveryPoint: 'things.pay',
      resource: await this.insert(name),
    }));
  }

  private async insert(name: string): Promise<string> {
    inside.runs += 1;
    const row = await this.database.row<{ id: string }>(
      `insert into public.thing values (gen_random_uuid()::text, $1) returning id`,
      [name],
    );
    await inside.before();
    if (!row) throw new Error('no row came back');
    return row.id;
  }

  private async callOutside(id: string): Promise<typeof outside.answer> {
    outside.calls.push(id);
    if (outside.answer === 'throws') throw new Error('the line is dead');
    return Promise.resolve(outside.answer);
  }

  private async recordOutcome(id: string, outcome: typeof outside.answer): Promise<Answer> {
    await this.database.rows(`update public.thing set payment = $2 where id = $1`, [id, outcome]);
    const location = `/v1/things/${id}`;
    if (outcome === 'unknown') return accepted({ id, payment: outcome }, { location });
    if (outcome === 'declined')
      return refused(new DomainError('payment-declined', 'thing-declined', 'no money'), { location });
    if (outcome === 'unavailable')
      return refused(new DomainError('unavailable', 'thing-unavailable', 'nobody there'), { location });
    return created({ id, payment: outcome }, { location });
  }
}

@Controller('things')
export class ThingsController {
  constructor(private readonly things: ThingsService) {}

  @Post()
  @Permission('carts:create')
  @Idempotent({ required: false })
  create(@ClaimKey() request: IdempotentRequest, @Body({ schema: thing }) body: Thing): Promise<Answer> {
    return this.things.create(request, body);
  }

  @Post(':id/moves')
  @Permission('carts:write', { own: true })
  @Idempotent({ required: true })
  move(
    @ClaimKey() request: IdempotentRequest,
    @CurrentOwner() owner: Owner,
    @Param('id') _id: string,
    @Body({ schema: thing }) body: Thing,
  ): Promise<Answer> {
    return this.things.move(request, owner, body);
  }

  @Post('payments')
  @Permission('payments:create', { own: true })
  @Idempotent({ required: false })
  pay(@ClaimKey() request: IdempotentRequest, @Body({ schema: thing }) body: Thing): Promise<Answer> {
    return this.things.pay(request, body);
  }

  @Put(':id')
  @Permission('carts:create')
  rename(@Param('id') id: string): Answer {
    inside.runs += 1;
    return ok({ id });
  }
}
