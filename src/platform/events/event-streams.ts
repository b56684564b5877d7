import { type BeforeApplicationShutdown, Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { defineGauge } from '../metrics/index.js';
import { Workers } from '../workers/workers.js';
import { DatabaseChannel } from './database-channel.js';
import { OpenStream } from './open-stream.js';
import { ServerFullOfStreams, TooManyReaders } from './streams.errors.js';
import { StreamsRepository } from './streams.repository.js';

const pollName = 'events.streams';
/** Behind the notices, which may be lost. */
const pollMs = 3000;

const openStreams = defineGauge('sse_streams', 'Event streams that are open in this process');

/** The events of a key, followed by any process whichever of them relays: woken by the relay's notices, with one poll for all streams behind. */
@Injectable()
export class EventStreams implements OnModuleInit, BeforeApplicationShutdown {
  private readonly open = new Map<string, Set<OpenStream>>();
  private count = 0;
  private isStopping = false;

  constructor(
    private readonly repository: StreamsRepository,
    private readonly workers: Workers,
    channel: DatabaseChannel,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    channel.on('streams', (notice) => this.receive(notice));
    channel.onReconnect(() => this.workers.wake(pollName));
  }

  onModuleInit(): void {
    this.workers.every(pollName, pollMs, () => this.catchUp());
  }

  /** Readers come back to another process, each from where it is. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
    for (const streams of this.open.values()) for (const stream of streams) stream.close();
  }

  /**
   * A place in the stream of a key; whoever takes it closes it.
   * @param after position of the last event that the reader has, 0 for none
   * @throws ServerFullOfStreams, TooManyReaders
   */
  follow(key: string, after: number): OpenStream {
    const readers = this.open.get(key) ?? new Set<OpenStream>();
    if (this.isStopping || this.count >= this.config.SSE_MAX_STREAMS) throw new ServerFullOfStreams();
    const { SSE_MAX_STREAMS_PER_ORDER: limit } = this.config;
    if (readers.size >= limit) throw new TooManyReaders(limit);
    const stream = new OpenStream(key, after, {
      read: (position, since, atMost) => this.repository.page(key, position, since, atMost),
      idleMs: this.config.SSE_HEARTBEAT_MS,
      longestMs: this.config.SSE_MAX_SECONDS * 1000,
      onClose: (closed) => this.leave(closed),
    });
    this.open.set(key, readers.add(stream));
    openStreams.set({}, (this.count += 1));
    return stream;
  }

  private leave(stream: OpenStream): void {
    const readers = this.open.get(stream.key);
    readers?.delete(stream);
    if (readers?.size === 0) this.open.delete(stream.key);
    openStreams.set({}, (this.count -= 1));
  }

  private receive(notice: string): void {
    // Written by the relay of this or another version, which both send a list of keys.
    const keys = JSON.parse(notice) as string[];
    for (const key of keys) for (const stream of this.open.get(key) ?? []) stream.wake();
  }

  /** One statement, whatever the number of streams. */
  private async catchUp(): Promise<number> {
    if (this.open.size === 0) return 0;
    for (const { key, lastPosition } of await this.repository.lastPositions([...this.open.keys()]))
      for (const stream of this.open.get(key) ?? []) stream.wake(lastPosition);
    return 0;
  }
}
