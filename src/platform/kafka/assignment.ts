import type { Consumer, EachBatchPayload } from 'kafkajs';
import { type Again, type BrokerMessage, KeyedLanes } from '../events/index.js';
import { toBrokerMessage } from './cloud-event.js';
import { OffsetWindow } from './offset-window.js';

/** Messages that a consumer works on side by side, each on a connection of the requests' pool. */
const atOnce = 4;

/** Messages of one partition that are held in memory before it is paused. */
const windowSize = 500;

/** Works on one message, `tries` telling how often it failed before; answers when to do so again, or undefined when it is done. */
export type TellMessage = (message: BrokerMessage, tried: Tried) => Promise<Again>;

/** How often a message failed; it lasts as long as the assignment, so that a crash begins anew. */
export interface Tried {
  tries: number;
}

interface Held extends Tried {
  message: BrokerMessage;
  window: OffsetWindow;
}

/**
 * What a consumer reads between joining its group and the next change of the group: messages of one key one after the
 * other, keys side by side. A message that waits for another try holds its key, and the offset, but nobody else.
 */
export class Assignment {
  private readonly windows = new Map<
    string,
    { topic: string; partition: number; window: OffsetWindow; resume?: () => void }
  >();
  private readonly lanes = new KeyedLanes<Held>(atOnce, (held) => this.work(held));

  constructor(
    private readonly consumer: Pick<Consumer, 'commitOffsets'>,
    private readonly tell: TellMessage,
  ) {}

  async take(read: EachBatchPayload): Promise<void> {
    const { batch } = read;
    const { topic, partition } = batch;
    const name = `${topic}/${partition}`;
    const part = this.windows.get(name) ?? { topic, partition, window: new OffsetWindow() };
    this.windows.set(name, part);
    for (const message of batch.messages) {
      part.window.add(Number(message.offset));
      const held = { message: toBrokerMessage(topic, partition, message), window: part.window, tries: 0 };
      this.lanes.add(held.message.key ?? `${name}/${message.offset}`, held);
    }
    read.resolveOffset(batch.lastOffset());
    if (part.window.size >= windowSize) part.resume ??= read.pause();
    await read.heartbeat();
  }

  /** Commits what is done, and reads on where there is room again. */
  async commit(): Promise<void> {
    const offsets = [...this.windows.values()].flatMap(({ topic, partition, window }) => {
      const next = window.take();
      return next === undefined ? [] : [{ topic, partition, offset: String(next) }];
    });
    if (offsets.length > 0) await this.consumer.commitOffsets(offsets);
    for (const part of this.windows.values()) {
      if (part.window.size > windowSize / 2) continue;
      part.resume?.();
      part.resume = undefined;
    }
  }

  /** What runs comes to its end; what waits is left to whoever reads it next. */
  async close(): Promise<void> {
    await this.lanes.close();
    for (const { resume } of this.windows.values()) resume?.();
  }

  private async work(held: Held): Promise<Again> {
    const againMs = await this.tell(held.message, held);
    if (againMs === undefined) held.window.finish(Number(held.message.offset));
    return againMs;
  }
}
