import { Injectable } from '@nestjs/common';

/** A part without which the shop still serves, slower or with its news delayed. */
export type DegradablePart = 'kafka' | 'redis';

/** Parts that are down although requests are served; readiness stays and names them. */
@Injectable()
export class Degradations {
  private readonly parts = new Map<DegradablePart, () => boolean>();

  /** Declared in `onModuleInit` by what knows the part; `isDown` answers from memory, since health is asked every second. */
  watch(part: DegradablePart, isDown: () => boolean): void {
    this.parts.set(part, isDown);
  }

  get current(): DegradablePart[] {
    return [...this.parts].filter(([, isDown]) => isDown()).map(([part]) => part);
  }
}
