import type { Consumer, EachBatchPayload, TopicPartitionOffsetAndMetadata } from 'kafkajs';
import { isNativeError } from 'node:util/types';
import { type Again, type BrokerMessage, KeyedLanes } from '../events/index.js';
import { toBrokerMessage } from './cloud-event.js';
import { OffsetWindow } from './offset-window.js';

/** Messages that a consumer works on side by side, each on a connection of the requests' pool. */
const atOnce = 4;

/** Messages of one partition that are held in memory before it is paused. */
const windowSize = 500;

/** What a broker answers to a commit by a member of before; the member's next heartbeat is told the same. */
const groupChanges: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
]);

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
  private isClosed = false;
  private readonly lanes = new KeyedLanes<Held>(atOnce, (held) => this.work(held));

  constructor(
    private readonly consumer: Pick<Consumer, 'commitOffsets'>,
    private readonly tell: TellMessage,
  ) {}

  /** What comes after the end is not resolved, so that it is read again by whoever may. */
  async take(read: EachBatchPayload): Promise<void> {
    if (this.isClosed) return;
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
    // Said again though it may be paused: the assignment before may have ended a pause that this one relies on.
    if (part.window.size >= windowSize) part.resume = read.pause();
    await read.heartbeat();
  }

  /** Commits what is done, and reads on where there is room again. */
  async commit(): Promise<void> {
    const parts = [...this.windows.values()];
    const offsets = parts.flatMap(({ topic, partition, window: { done } }) =>
      done === undefined ? [] : [{ topic, partition, offset: String(done) }],
    );
    if (offsets.length > 0 && (await this.isCommitted(offsets)))
      for (const { topic, partition, offset } of offsets)
        this.windows.get(`${topic}/${partition}`)?.window.committed(Number(offset));
    for (const part of parts) {
      if (part.window.size > windowSize / 2) continue;
      part.resume?.();
      part.resume = undefined;
    }
  }

  /** What runs comes to its end; what waits is left to whoever reads it next. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const { resume } of this.windows.values()) resume?.();
    await this.lanes.close();
  }

  /** False while the group changes: the member joins anew, and what is not committed then is read and passed over by its inbox row. */
  private async isCommitted(offsets: TopicPartitionOffsetAndMetadata[]): Promise<boolean> {
    try {
      await this.consumer.commitOffsets(offsets);
      return true;
    } catch (error) {
      if (isNativeError(error) && 'type' in error && groupChanges.has(String(error.type))) return false;
      throw error;
    }
  }

  private async work(held: Held): Promise<Again> {
    const againMs = await this.tell(held.message, held);
    if (againMs === undefined) held.window.finish(Number(held.message.offset));
    return againMs;
  }
}
