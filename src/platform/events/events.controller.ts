import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { CurrentGrant, type Grant, Permission } from '../auth/index.js';
import { accepted, type Answer } from '../http/answer.js';
import { ApiAnswer, ApiProblem } from '../http/openapi.js';
import { idSchema } from '../http/schemas.js';
import { NotIdempotent } from '../idempotency/idempotent.decorator.js';
import { DeadLetters } from './dead-letters.service.js';
import * as schemas from './events.schemas.js';
import { OutboxStatus } from './outbox-status.js';

@ApiTags('events')
@Controller()
export class EventsController {
  constructor(
    private readonly outbox: OutboxStatus,
    private readonly letters: DeadLetters,
  ) {}

  @ApiOperation({
    operationId: 'readEventsStatus',
    summary: 'What waits to be published, and which consumer is behind',
  })
  @Get('events/status')
  @Permission('events:read')
  @ApiAnswer(200, schemas.eventsStatusView)
  async status(): Promise<z.output<typeof schemas.eventsStatusView>> {
    const { oldestAt, ...status } = await this.outbox.read();
    return { ...status, oldestAt: oldestAt?.toISOString() };
  }

  @ApiOperation({ operationId: 'listDeadLetters', summary: 'What consumers could not take, newest first' })
  @Get('dead-letters')
  @Permission('events:read')
  @ApiAnswer(200, schemas.letterPage)
  async list(
    @Query({ schema: schemas.letterListQuery }) query: schemas.LetterListQuery,
  ): Promise<z.output<typeof schemas.letterPage>> {
    const { letters, nextCursor } = await this.letters.list(query);
    return { items: letters.map(schemas.letterEntryOf), nextCursor };
  }

  @ApiOperation({ operationId: 'readDeadLetter', summary: 'A dead letter with its event, or with what came' })
  @Get('dead-letters/:id')
  @Permission('events:read')
  @ApiAnswer(200, schemas.letterView)
  @ApiProblem('dead-letter-not-found')
  async read(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentGrant() grant: Grant,
  ): Promise<z.output<typeof schemas.letterView>> {
    return schemas.letterOf(await this.letters.read(id), grant.reach === 'any');
  }

  @ApiOperation({
    operationId: 'redriveDeadLetter',
    summary: 'Have it told once more',
    description:
      'A server does so within seconds. The letter is gone then, or here again with one more try and the new error.',
  })
  @Post('dead-letters/:id/redrive')
  @Permission('events:redrive')
  @NotIdempotent('asking twice is asking once')
  @ApiAnswer(202, schemas.letterEntryView, 'a server will tell it')
  @ApiProblem('dead-letter-not-found', 'dead-letter-truncated')
  async redrive(@Param('id', { schema: idSchema }) id: string): Promise<Answer> {
    const letter = await this.letters.redrive(id);
    return accepted(schemas.letterEntryOf(letter), { location: `/v1/dead-letters/${id}` });
  }

  @ApiOperation({
    operationId: 'dropDeadLetter',
    summary: 'Give it up: its event will never take effect on that consumer',
  })
  @Delete('dead-letters/:id')
  @HttpCode(204)
  @Permission('events:redrive')
  @ApiAnswer(204)
  @ApiProblem('dead-letter-not-found')
  async drop(@Param('id', { schema: idSchema }) id: string): Promise<void> {
    await this.letters.drop(id);
  }
}
