import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { isInfrastructureTrouble, tookTooLong } from '../database/database-errors.js';
import { Transaction } from '../database/transaction.js';
import { defineCounter } from '../metrics/index.js';
import { Workers } from '../workers/workers.js';
import { failureOf } from './dead-letter.js';
import { Dispatcher } from './dispatcher.js';
import { Inbox } from './inbox.js';
import { eventOf, type LetterRow, messageOf } from './letter-row.js';
import { RedriveRepository } from './redrive.repository.js';

const lookEveryMs = 1000;

const redriven = defineCounter(
  'dead_letters_redriven_total',
  'Dead letters that were told again, by outcome',
  ['consumer', 'outcome'],
);

/** Tells a listener once more what a person wants told: effect, letter's end and inbox row in one transaction, or none of them. */
@Injectable()
export class Redriver implements OnModuleInit {
  private readonly logger = new Logger(Redriver.name);

  constructor(
    private readonly workers: Workers,
    private readonly transaction: Transaction,
    private readonly repository: RedriveRepository,
    private readonly inbox: Inbox,
    private readonly dispatcher: Dispatcher,
  ) {}

  onModuleInit(): void {
    this.workers.every('events.redrive', lookEveryMs, () => this.redriveNext());
  }

  /** Answers how many letters it took, one or none. */
  async redriveNext(): Promise<number> {
    const taken: LetterRow[] = [];
    try {
      await this.transaction.run(async () => {
        // A transaction that is run again takes again.
        taken.length = 0;
        const letter = await this.repository.take(this.dispatcher.consumers);
        if (!letter) return;
        taken.push(letter);
        await this.tell(letter);
      });
      for (const { consumer } of taken) redriven.inc({ consumer, outcome: 'effect' });
    } catch (error) {
      const [letter] = taken;
      if (!letter) throw error;
      if (isInfrastructureTrouble(error) && !tookTooLong(error)) {
        // Others come first then, should the trouble be this letter's alone, such as a row that somebody keeps locked.
        await this.repository.postpone(letter);
        throw error;
      }
      await this.fail(letter, error);
    }
    return taken.length;
  }

  private async tell(letter: LetterRow): Promise<void> {
    const event = eventOf(letter) ?? this.dispatcher.decode(messageOf(letter));
    await this.repository.remove(letter, event.id);
    if (await this.inbox.reopen(letter.consumer, event.id))
      await this.dispatcher.tell(letter.consumer, event);
    this.logger.log(
      { letter: letter.id, consumer: letter.consumer, event: event.id },
      'a dead letter was redriven',
    );
  }

  private async fail(letter: LetterRow, error: unknown): Promise<void> {
    await this.repository.fail(letter, failureOf(error));
    redriven.inc({ consumer: letter.consumer, outcome: 'failure' });
    this.logger.warn(
      { letter: letter.id, consumer: letter.consumer, err: error },
      'a dead letter failed again and stays',
    );
  }
}
