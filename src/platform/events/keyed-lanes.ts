/** After how many milliseconds the same item is worked on again; undefined when it is done. */
export type Again = number | undefined;

/** Items of one key one after the other, keys side by side; an item that waits for another try holds its own key and nobody else. */
export class KeyedLanes<Item> {
  private readonly lanes = new Map<string, Item[]>();
  private readonly ready: string[] = [];
  private readonly parked = new Set<NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();
  private isClosed = false;

  /** @param work must not throw */
  constructor(
    private readonly atOnce: number,
    private readonly work: (item: Item) => Promise<Again>,
  ) {}

  add(key: string, item: Item): void {
    const lane = this.lanes.get(key);
    if (lane) {
      lane.push(item);
      return;
    }
    this.lanes.set(key, [item]);
    this.ready.push(key);
    this.fill();
  }

  /** What runs comes to its end; what waits is dropped. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const timer of this.parked) clearTimeout(timer);
    await Promise.all(this.running);
  }

  private fill(): void {
    while (!this.isClosed && this.running.size < this.atOnce) {
      const key = this.ready.shift();
      if (key === undefined) return;
      const run = this.runFirst(key).finally(() => {
        this.running.delete(run);
        this.fill();
      });
      this.running.add(run);
    }
  }

  private async runFirst(key: string): Promise<void> {
    const lane = this.lanes.get(key);
    const item = lane?.[0];
    if (!lane || item === undefined) return;
    const againMs = await this.work(item);
    if (againMs !== undefined) return this.park(key, againMs);
    lane.shift();
    if (lane.length > 0) this.ready.push(key);
    else this.lanes.delete(key);
  }

  private park(key: string, ms: number): void {
    const timer = setTimeout(() => {
      this.parked.delete(timer);
      this.ready.push(key);
      this.fill();
    }, ms);
    this.parked.add(timer);
  }
}
