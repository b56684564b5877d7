import { Global, Module } from '@nestjs/common';
import { DatabaseChannel } from './database-channel.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { Dispatcher } from './dispatcher.js';
import { DueQueues } from './in-process/due-queues.js';
import { DueRepository } from './in-process/due.repository.js';
import { InProcessServer } from './in-process/in-process.server.js';
import { Followers } from './followers.js';
import { EventGauges } from './event-gauges.js';
import { Inbox } from './inbox.js';
import { Leader } from './leader.js';
import { LeadingRelay } from './leading-relay.js';
import { Outbox } from './outbox.js';
import { OutboxDaysRepository } from './outbox-days.repository.js';
import { OutboxKeeper } from './outbox-keeper.js';
import { OutboxRepository } from './outbox.repository.js';
import { PublishedEvents } from './published-events.js';
import { Relay } from './relay.js';
import { RelayRepository } from './relay.repository.js';
import { RelaySignal } from './relay-signal.js';

const outbox = [
  Outbox,
  OutboxRepository,
  RelaySignal,
  DatabaseChannel,
  OutboxDaysRepository,
  OutboxKeeper,
  EventGauges,
];
const relay = [Relay, RelayRepository, Leader, LeadingRelay, Followers, PublishedEvents];
const listeners = [Dispatcher, Inbox, DeadLettersRepository, DueRepository, DueQueues, InProcessServer];

@Global()
@Module({
  providers: [...outbox, ...relay, ...listeners],
  exports: [Outbox, Inbox, Followers, PublishedEvents, Dispatcher, DueQueues, LeadingRelay],
})
export class EventsModule {}
