import { Alarm } from '../alarm.js';
import type { Dispatcher } from '../dispatcher.js';
import { type Again, KeyedLanes } from '../keyed-lanes.js';
import type { Connection } from '../leader.js';
import type { DueEvent, DueRepository } from './due.repository.js';

/** Listeners of one consumer that run side by side, each on a connection of the requests' pool. */
const atOnce = 4;

/** Events of one consumer that are held in memory. */
const windowSize = 500;

/** Behind the signals, in milliseconds. */
const pollMs = 1000;

/** Takes what is due for one consumer from the table, tells it in the order of its keys, and removes what has its effect. */
export class ConsumerQueue {
  private readonly alarm = new Alarm();
  private readonly held = new Set<number>();
  private readonly lanes = new KeyedLanes<DueEvent>(atOnce, (due) => this.tell(due));
  private done: number[] = [];
  private mayHaveMore = true;

  constructor(
    private readonly consumer: string,
    private readonly dispatcher: Dispatcher,
    private readonly repository: DueRepository,
    private readonly connection: Connection,
  ) {}

  /** There is something new in the table. */
  wake(): void {
    this.mayHaveMore = true;
    this.alarm.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.removeDone();
        if (this.mayHaveMore) await this.load();
        const hasRung = await this.alarm.sleep(pollMs, signal);
        this.mayHaveMore ||= !hasRung;
      }
    } finally {
      await this.lanes.close();
    }
    await this.removeDone();
  }

  private async load(): Promise<void> {
    const room = windowSize - this.held.size;
    if (room === 0) return;
    this.mayHaveMore = false;
    const events = await this.repository.next(this.connection, this.consumer, [...this.held], room);
    this.mayHaveMore ||= events.length === room;
    for (const due of events) {
      this.held.add(due.event.position);
      this.lanes.add(due.event.key, due);
    }
  }

  private async removeDone(): Promise<void> {
    const positions = this.done;
    if (positions.length === 0) return;
    this.done = [];
    await this.repository.remove(this.connection, this.consumer, positions);
    for (const position of positions) this.held.delete(position);
  }

  private async tell(due: DueEvent): Promise<Again> {
    const verdict = await this.dispatcher.deliver(this.consumer, due.event, due.tries);
    if (verdict.isDone) {
      this.done.push(due.event.position);
      this.alarm.ring();
      return undefined;
    }
    if (verdict.tries !== due.tries) await this.remember(due, verdict.tries);
    return verdict.againMs;
  }

  /** So that a crash does not begin the count anew; where it cannot be written the queue is about to stop anyway. */
  private async remember(due: DueEvent, tries: number): Promise<void> {
    due.tries = tries;
    await this.repository
      .remember(this.connection, this.consumer, due.event.position, tries)
      .catch(() => this.alarm.ring());
  }
}
