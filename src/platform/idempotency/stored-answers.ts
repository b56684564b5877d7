import { Injectable } from '@nestjs/common';
import { TokenRevealers } from '../auth/token-revealers.js';
import type { Answer, RevealedToken } from '../http/answer.js';
import { currentContext } from '../http/request-context.js';
import { type WireAnswer, toWire } from '../http/wire-answer.js';

/** Above this an answer must carry a link to its lines in place of them. */
const largestBodyBytes = 1_048_576;

/** An answer as the record keeps it: bytes, and of a token only whose it is. */
export interface StoredAnswer {
  written: WireAnswer;
  token?: Pick<RevealedToken, 'purpose' | 'subjectId'>;
}

/** An answer that has its bytes. */
export type WrittenAnswer = Answer & { written: WireAnswer };

@Injectable()
export class StoredAnswers {
  constructor(private readonly revealers: TokenRevealers) {}

  /** Serialises the answer, once and for all replays. @throws Error, which rolls the work back, for a body over 1 MB */
  write(answer: Answer, origin: { path?: string; traceId?: string }): WrittenAnswer {
    const traceId = origin.traceId ?? currentContext()?.traceId ?? '';
    const written = toWire(answer, { instance: origin.path, traceId });
    if (Buffer.byteLength(written.body ?? '') > largestBodyBytes) {
      throw new Error(`the answer of ${origin.path ?? 'an operation'} is over 1 MB: it must link its lines`);
    }
    return { ...answer, written };
  }

  /** The same bytes again; the token, which is in no record, is derived again. */
  async replay({ written, token }: StoredAnswer): Promise<Answer> {
    const revealed = token && (await this.revealers.again(token.purpose, token.subjectId));
    return { status: written.status, written, token: revealed, isReplay: true };
  }
}
