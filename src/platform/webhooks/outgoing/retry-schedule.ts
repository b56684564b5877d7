/** How far a pause may be off, either way, so that what failed together does not come back together. */
const jitter = 0.2;

/** When a delivery is tried again, as Standard Webhooks recommends: the pauses grow until the last try. */
export class RetrySchedule {
  private readonly pausesSeconds: readonly number[];
  /** From the first try to the last, where nothing stands before it; what is older than that is given up. */
  readonly longestSeconds: number;

  /**
   * @param pauses seconds before the second, third … try, separated by commas
   * @param longestTryMs what each try may take
   */
  constructor(pauses: string, longestTryMs: number) {
    this.pausesSeconds = pauses.split(',').map(Number);
    const paused = this.pausesSeconds.reduce((sum, pause) => sum + pause, 0) * (1 + jitter);
    this.longestSeconds = paused + ((this.pausesSeconds.length + 1) * longestTryMs) / 1000;
  }

  /** Seconds until the next try after `tries` that failed; undefined where that was the last. */
  pauseAfter(tries: number, random: number = Math.random()): number | undefined {
    const pause = this.pausesSeconds[tries - 1];
    return pause === undefined ? undefined : pause * (1 - jitter + 2 * jitter * random);
  }
}
