import type { Logger } from '@nestjs/common';

/** Warns of a trouble once, however often it is met, until `end` says that it is over: an outage is one line, not one per try. */
export class OutageLog {
  private isKnown = false;

  constructor(
    private readonly logger: Logger,
    private readonly message: string,
  ) {}

  warn(error: unknown, about: object = {}): void {
    if (!this.isKnown) this.logger.warn({ ...about, err: error }, this.message);
    this.isKnown = true;
  }

  end(): void {
    this.isKnown = false;
  }
}
