import { Injectable } from '@nestjs/common';
import type { RevealedToken } from '../http/answer.js';

/** Undefined once the secret is no longer to be shown. */
type Reveal = (subjectId: string) => Promise<RevealedToken | undefined>;

/** Who shows a secret again when the answer that first showed it is replayed, by purpose. */
@Injectable()
export class TokenRevealers {
  private readonly reveals = new Map<RevealedToken['purpose'], Reveal>();

  /** Declared once at start, by whoever issues secrets of that purpose. */
  add(purpose: RevealedToken['purpose'], reveal: Reveal): void {
    this.reveals.set(purpose, reveal);
  }

  async again(purpose: RevealedToken['purpose'], subjectId: string): Promise<RevealedToken | undefined> {
    return this.reveals.get(purpose)?.(subjectId);
  }
}
