/** A sleep that ends early when somebody rings; a ring before the sleep is not lost. */
export class Alarm {
  private hasRung = false;
  private end?: () => void;

  ring(): void {
    this.hasRung = true;
    this.end?.();
  }

  /** Ends after `ms`, at a ring, or when `signal` aborts; answers whether it was a ring. */
  async sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.hasRung && !signal.aborted) await this.wait(ms, signal);
    const { hasRung } = this;
    this.hasRung = false;
    return hasRung;
  }

  private wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.end = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      this.end = end;
    });
  }
}
