import { LastEventIdInvalid } from '../http/last-event-id.js';
import { Alarm } from './alarm.js';
import { EventsGone } from './streams.errors.js';
import type { StreamedEvent, StreamPage } from './streams.repository.js';

/** What a slow reader makes this process hold for it at most. */
const eventsPerPage = 50;

interface Source {
  read(after: number, since: Date | undefined, limit: number): Promise<StreamPage>;
  /** How long a stream may be silent, and how long it lasts. */
  idleMs: number;
  longestMs: number;
  onClose: (stream: OpenStream) => void;
}

/** One reader's place in the stream of a key; holds no connection while it waits. */
export class OpenStream {
  private readonly alarm = new Alarm();
  private readonly closing = new AbortController();
  private readonly timer: NodeJS.Timeout;
  /** When the event at `position` occurred. */
  private since?: Date;

  constructor(
    readonly key: string,
    private position: number,
    private readonly source: Source,
  ) {
    this.timer = setTimeout(() => this.close(), source.longestMs);
  }

  /** Aborts when the stream is closed, by whom or what ever. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  close(): void {
    if (this.signal.aborted) return;
    clearTimeout(this.timer);
    this.closing.abort();
    this.source.onClose(this);
  }

  /** The stream may have grown to `lastPosition`, or to where nobody knows. */
  wake(lastPosition = Infinity): void {
    if (lastPosition > this.position) this.alarm.ring();
  }

  /**
   * Looks whether the reader can go on from where it is.
   * @throws LastEventIdInvalid for a position that nobody gave, EventsGone for one whose successor was dropped
   */
  async begin(): Promise<AsyncIterable<readonly StreamedEvent[]>> {
    const { events, lastPosition } = await this.read();
    if (this.position > lastPosition) throw new LastEventIdInvalid('is above the last id of the stream');
    const next = events[0]?.streamPosition ?? lastPosition + 1;
    const isGone = events.length === 0 ? this.position < lastPosition : next > this.position + 1;
    if (this.position > 0 && isGone) throw new EventsGone();
    return this.pages(events);
  }

  /** Pages as they come until the stream is closed; an empty one wherever it would else be silent for too long. */
  private async *pages(first: readonly StreamedEvent[]): AsyncGenerator<readonly StreamedEvent[]> {
    let events = first;
    while (!this.signal.aborted) {
      const last = events.at(-1);
      if (last) {
        this.position = last.streamPosition;
        this.since = last.occurredAt;
        yield events;
      }
      if (events.length < eventsPerPage) yield* this.untilWoken();
      if (this.signal.aborted) return;
      events = (await this.read()).events;
    }
  }

  private read(): Promise<StreamPage> {
    return this.source.read(this.position, this.since, eventsPerPage);
  }

  private async *untilWoken(): AsyncGenerator<readonly StreamedEvent[]> {
    while (!(await this.alarm.sleep(this.source.idleMs, this.signal)) && !this.signal.aborted) yield [];
  }
}
