import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { Cursor } from '../http/cursor.js';
import { currentActor } from '../http/request-context.js';
import { Workers } from '../workers/workers.js';
import { DeadLetterListsRepository, type LetterFilter } from './dead-letter-lists.repository.js';
import { DeadLetterNotFound, DeadLetterTruncated } from './events.errors.js';
import type { LetterRow } from './letter-row.js';

const position = z.tuple([z.uuid()]);

/** What a person does with dead letters. */
@Injectable()
export class DeadLetters {
  private readonly logger = new Logger(DeadLetters.name);

  constructor(
    private readonly repository: DeadLetterListsRepository,
    private readonly workers: Workers,
  ) {}

  async list(
    query: Omit<LetterFilter, 'after'> & { cursor?: string },
  ): Promise<{ letters: LetterRow[]; nextCursor?: string }> {
    const [after] = query.cursor ? Cursor.decode(query.cursor, position) : [];
    const found = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    const letters = found.slice(0, query.limit);
    const last = letters.at(-1);
    return found.length > query.limit && last
      ? { letters, nextCursor: Cursor.encode([last.id]) }
      : { letters };
  }

  find(id: string): Promise<LetterRow | undefined> {
    return this.repository.find(id);
  }

  async read(id: string): Promise<LetterRow> {
    const letter = await this.repository.find(id);
    if (!letter) throw new DeadLetterNotFound(id);
    return letter;
  }

  /** A server tells it once more, soon; asking twice is asking once. */
  async redrive(id: string): Promise<LetterRow> {
    const letter = await this.repository.requestRedrive(id);
    if (!letter) {
      await this.read(id);
      throw new DeadLetterTruncated(id);
    }
    this.logger.log({ ...nameOf(letter), actor: currentActor() }, 'a dead letter is to be redriven');
    this.workers.wake('events.redrive');
    return letter;
  }

  /** For good: the event takes no effect, whatever brings it again. */
  async drop(id: string): Promise<LetterRow> {
    const letter = await this.repository.drop(id);
    if (!letter) throw new DeadLetterNotFound(id);
    this.logger.warn({ ...nameOf(letter), actor: currentActor() }, 'a dead letter was dropped');
    return letter;
  }
}

const nameOf = ({ id, consumer, event_id, type }: LetterRow) => ({
  letter: id,
  consumer,
  event: event_id,
  type,
});
