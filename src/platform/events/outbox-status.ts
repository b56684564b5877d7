import { Injectable, Logger } from '@nestjs/common';
import { EventFiguresRepository, type EventFigures } from './event-figures.repository.js';
import { type OutboxDay, OutboxDaysRepository } from './outbox-days.repository.js';

/** How many messages of the topics each consumer has still to take, as the brokers know it. */
export type BrokerLag = Readonly<Record<string, number>>;
export type ReadBrokerLag = () => Promise<BrokerLag>;

export interface ConsumerStatus {
  consumer: string;
  /** Events that were published and whose effect is still to come; absent where the brokers did not tell. */
  waiting?: number;
  /** Age of the oldest of them, where it waits in the database. */
  lagSeconds?: number;
  deadLetters: number;
}

export interface OutboxStatusReport extends Omit<EventFigures, 'consumers'> {
  days: OutboxDay[];
  consumers: ConsumerStatus[];
}

/** What an operator wants to know first: what waits to be published, and who is behind. */
@Injectable()
export class OutboxStatus {
  private readonly logger = new Logger(OutboxStatus.name);
  private readBrokerLag?: ReadBrokerLag;

  constructor(
    private readonly figures: EventFiguresRepository,
    private readonly days: OutboxDaysRepository,
  ) {}

  /** Said by a transport over a broker, where some of what waits is not in the database. */
  askBrokers(read: ReadBrokerLag): void {
    this.readBrokerLag = read;
  }

  async read(): Promise<OutboxStatusReport> {
    const [figures, days] = [await this.figures.read(), await this.days.list()];
    if (!this.readBrokerLag) return { ...figures, days };
    const lag = await this.brokerLag(this.readBrokerLag);
    return { ...figures, days, consumers: withBrokerLag(figures.consumers, lag) };
  }

  /** Undefined where they do not answer: the rest of the report is wanted most when they are down. */
  private async brokerLag(read: ReadBrokerLag): Promise<BrokerLag | undefined> {
    try {
      return await read();
    } catch (error) {
      this.logger.warn({ err: error }, 'the brokers did not tell how far consumers are behind');
      return undefined;
    }
  }
}

function withBrokerLag(inDatabase: EventFigures['consumers'], lag?: BrokerLag): ConsumerStatus[] {
  const known = new Map(inDatabase.map((figures) => [figures.consumer, figures]));
  const names = new Set([...known.keys(), ...Object.keys(lag ?? {})]);
  return [...names].sort().map((consumer) => {
    const { waiting = 0, deadLetters = 0 } = known.get(consumer) ?? {};
    return { consumer, waiting: lag && waiting + (lag[consumer] ?? 0), deadLetters };
  });
}
