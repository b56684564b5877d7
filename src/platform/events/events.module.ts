import { Global, Module } from '@nestjs/common';
import { DatabaseChannel } from './database-channel.js';
import { DeadLetterListsRepository } from './dead-letter-lists.repository.js';
import { DeadLetters } from './dead-letters.service.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { Dispatcher } from './dispatcher.js';
import { DueQueues } from './in-process/due-queues.js';
import { DueRepository } from './in-process/due.repository.js';
import { InProcessServer } from './in-process/in-process.server.js';
import { EventStreams } from './event-streams.js';
import { Followers } from './followers.js';
import { EventFiguresRepository } from './event-figures.repository.js';
import { EventsController } from './events.controller.js';
import { EventGauges } from './event-gauges.js';
import { Inbox } from './inbox.js';
import { Leader } from './leader.js';
import { LeadingRelay } from './leading-relay.js';
import { Outbox } from './outbox.js';
import { OutboxDaysRepository } from './outbox-days.repository.js';
import { OutboxKeeper } from './outbox-keeper.js';
import { OutboxRepository } from './outbox.repository.js';
import { OutboxStatus } from './outbox-status.js';
import { PublishedEvents } from './published-events.js';
import { RedriveRepository } from './redrive.repository.js';
import { Redriver } from './redriver.js';
import { ReplayRepository } from './replay/replay.repository.js';
import { Replay } from './replay/replay.service.js';
import { Relay } from './relay.js';
import { RelayRepository } from './relay.repository.js';
import { RelaySignal } from './relay-signal.js';
import { StreamsRepository } from './streams.repository.js';

const outbox = [
  Outbox,
  OutboxRepository,
  RelaySignal,
  DatabaseChannel,
  OutboxDaysRepository,
  OutboxKeeper,
  EventFiguresRepository,
  EventGauges,
  OutboxStatus,
];
const relay = [Relay, RelayRepository, Leader, LeadingRelay, Followers, PublishedEvents];
const streams = [EventStreams, StreamsRepository];
const listeners = [Dispatcher, Inbox, DeadLettersRepository, DueRepository, DueQueues, InProcessServer];
const mending = [
  DeadLetters,
  DeadLetterListsRepository,
  Redriver,
  RedriveRepository,
  Replay,
  ReplayRepository,
];
const doors = [Outbox, Inbox, Followers, PublishedEvents, Dispatcher, DueQueues, LeadingRelay];

@Global()
@Module({
  controllers: [EventsController],
  providers: [...outbox, ...relay, ...streams, ...listeners, ...mending],
  exports: [...doors, DeadLetters, EventStreams, OutboxStatus, Replay],
})
export class EventsModule {}
