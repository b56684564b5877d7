import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { type Again, type BrokerMessage, Dispatcher, eventEntry, type Verdict } from '../events/index.js';
import type { Tried } from './assignment.js';
import { toEvent } from './cloud-event.js';
import { Degradations } from '../health/degradations.js';
import { GroupConsumer } from './group-consumer.js';
import { KafkaClient } from './kafka-client.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { groupName, topicName } from './topic-names.js';
import { UnreadableMessage } from './unreadable-message.js';

/** How soon a dead letter that the brokers did not take is brought to them again, in milliseconds. */
const letterAgainMs = 500;

/** One consumer group per room, over the topics of the events that the room listens to. */
@Injectable()
export class GroupConsumers {
  private members: readonly GroupConsumer[] = [];

  constructor(
    private readonly client: KafkaClient,
    private readonly publisher: KafkaPublisher,
    private readonly dispatcher: Dispatcher,
    private readonly degradations: Degradations,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  start(): void {
    const { EVENT_PREFIX: prefix } = this.config;
    this.members = this.dispatcher.consumers.map((consumer) => {
      const tell = (message: BrokerMessage, tried: Tried) => this.tell(consumer, message, tried);
      const group = { id: groupName(prefix, consumer), topics: this.topicsOf(consumer), tell };
      return new GroupConsumer(group, this.client);
    });
    for (const member of this.members) member.start();
    this.degradations.watch('kafka', () => this.isDown);
  }

  /** Whether some room gets no events at this moment, or the brokers did not take what this process brought last. */
  get isDown(): boolean {
    return this.publisher.isDown || this.members.some((member) => member.isDown);
  }

  /** Whether some room has got its events since the start: before, the topics may not be there. */
  get haveBegun(): boolean {
    return this.members.some((member) => member.hasBegun);
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop()));
  }

  private topicsOf(consumer: string): string[] {
    const topics = this.dispatcher.typesOf(consumer).map((type) => eventEntry(type)?.topic ?? []);
    return [...new Set(topics.flat())].map((topic) => topicName(this.config.EVENT_PREFIX, topic));
  }

  private async tell(consumer: string, message: BrokerMessage, tried: Tried): Promise<Again> {
    const verdict = await this.judge(consumer, message, tried.tries);
    if (!verdict.isDone) {
      tried.tries = verdict.tries;
      return verdict.againMs;
    }
    if (!verdict.letter) return undefined;
    // The letter is kept by now, so what is told again here is only that there is one.
    return this.publisher.publishLetter(verdict.letter).then(
      () => undefined,
      () => letterAgainMs,
    );
  }

  private async judge(consumer: string, message: BrokerMessage, tries: number): Promise<Verdict> {
    const type = message.headers['ce_type'] ?? '';
    // Other rooms share the topic; what is none of this room's business need not even be well written.
    if (eventEntry(type) && !this.dispatcher.typesOf(consumer).includes(type)) return { isDone: true };
    try {
      const event = toEvent(message);
      return await this.dispatcher.deliver(consumer, event, tries, message);
    } catch (error) {
      if (error instanceof UnreadableMessage) return this.dispatcher.refuse(consumer, message, error);
      throw error;
    }
  }
}
