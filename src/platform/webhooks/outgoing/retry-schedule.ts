/** How far a pause may be off, either way, so that what failed together does not come back together. */
const jitter = 0.2;

/** When a delivery is tried again, as Standard Webhooks recommends: the pauses grow until the last try. */
export class RetrySchedule {
  private readonly pausesSeconds: readonly number[];

  /** @param pauses seconds before the second, third … try, separated by commas */
  constructor(pauses: string) {
    this.pausesSeconds = pauses.split(',').map(Number);
  }

  /** Seconds until the next try after `tries` that failed; undefined where that was the last. */
  pauseAfter(tries: number, random: number = Math.random()): number | undefined {
    const pause = this.pausesSeconds[tries - 1];
    return pause === undefined ? undefined : pause * (1 - jitter + 2 * jitter * random);
  }
}
