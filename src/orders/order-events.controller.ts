import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentOwner, CurrentPrincipal, Permission } from '../platform/auth/index.js';
import type { Owner, Principal } from '../platform/auth/index.js';
import { ApiProblem, eventStreamType, idSchema, LastEventId, sendEvents } from '../platform/http/index.js';
import { OrderEvents } from './order-events.service.js';
import * as schemas from './orders.schemas.js';

const eventStream = {
  type: 'string' as const,
  description:
    '`data` has `id` (UUID of the event), `type`, `occurredAt`, `sequence` (version of the aggregate), `aggregateType`, `aggregateId` and, for those who may see it, `payload`',
  example:
    'id: 1\nevent: order.placed\ndata: {"id":"0190…","type":"order.placed","occurredAt":"2030-01-01T08:00:00.000Z","sequence":1,"aggregateType":"order","aggregateId":"0190…","payload":{"status":"pending"}}\n\n',
};

@ApiTags('orders')
@Controller('orders')
export class OrderEventsController {
  constructor(private readonly events: OrderEvents) {}

  @ApiOperation({
    operationId: 'followOrder',
    summary: 'Follow the events of an order, its payments and its parcels, as they are published',
    description:
      'Server-sent events. The `id` of an event is its place in the order’s stream, 1, 2, 3 … without a gap, the same for every reader and after every reconnect; `event` is its type, `data` a JSON object. ' +
      'The stream ends by itself after some minutes, when the server stops, and when the reader is too slow: come back with the last `id` as Last-Event-ID, and nothing is missed or told twice. ' +
      'Without Last-Event-ID it starts with the oldest event that is kept; with one whose next event is no longer kept the answer is 410. ' +
      'Types are open: pass over those you do not know. Read it by fetch, so that the token stays in its header.',
  })
  @Get(':id/events')
  @Header('Content-Type', eventStreamType)
  @Permission('orders:read', { own: true })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: '`id` of the last event that was read',
    schema: { type: 'string', pattern: '^[0-9]{1,9}$' },
  })
  @ApiResponse({
    status: 200,
    description: 'events as they come, and a comment at least every 15 seconds',
    content: { [eventStreamType]: { schema: eventStream } },
  })
  @ApiProblem(
    'order-not-found',
    'last-event-id-invalid',
    'events-gone',
    'too-many-readers',
    'too-many-streams',
  )
  async follow(
    @Param('id', { schema: idSchema }) id: string,
    @CurrentOwner() owner: Owner,
    @CurrentPrincipal() reader: Principal,
    @LastEventId() lastEventId: number | undefined,
    @Query({ schema: schemas.eventStreamQuery }) query: schemas.EventStreamQuery,
    @Res() response: Response,
  ): Promise<void> {
    const source = await this.events.follow(id, owner, reader, lastEventId ?? query.lastEventId ?? 0);
    await sendEvents(response, source);
  }
}
