/** One event as a reader gets it. */
export interface ReadEvent {
  id: number;
  type: string;
  data: {
    id: string;
    type: string;
    occurredAt: string;
    sequence: number;
    aggregateType: string;
    aggregateId: string;
    payload?: Record<string, unknown>;
  };
}

/** Reads a stream of events over fetch, as a front end would: the events, and what keeps it alive. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  comments = 0;
  retryMs = 0;
  /** How the stream ended: by itself, or cut. */
  readonly ended: Promise<'ended' | 'cut'>;

  private constructor(
    readonly answer: Response,
    private readonly abort: AbortController,
    private readonly onEvent: (event: ReadEvent) => void,
  ) {
    this.ended = this.read().then(
      () => 'ended',
      () => 'cut',
    );
  }

  /** @throws Error where the answer is not a stream */
  static async open(
    url: string,
    headers: Record<string, string>,
    onEvent: (event: ReadEvent) => void = () => undefined,
  ): Promise<EventReader> {
    const abort = new AbortController();
    const answer = await fetch(url, { headers, signal: abort.signal });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return new EventReader(answer, abort, onEvent);
  }

  /** The connection goes, as when a train enters a tunnel. */
  cut(): Promise<'ended' | 'cut'> {
    this.abort.abort();
    return this.ended;
  }

  private async read(): Promise<void> {
    if (!this.answer.body) throw new Error('the answer has no body');
    let text = '';
    for await (const chunk of this.answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) this.take(frame);
    }
  }

  private take(frame: string): void {
    if (frame.startsWith(':')) return void (this.comments += 1);
    const fields = new Map(
      frame
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
    );
    const retry = fields.get('retry');
    if (retry !== undefined) return void (this.retryMs = Number(retry));
    const event: ReadEvent = {
      id: Number(fields.get('id')),
      type: fields.get('event') ?? '',
      data: JSON.parse(fields.get('data') ?? '') as ReadEvent['data'],
    };
    this.events.push(event);
    this.onEvent(event);
  }
}
