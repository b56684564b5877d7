import {
  type ICustomPartitioner,
  type Message,
  Partitioners,
  type RecordMetadata,
  type TopicMessages,
} from 'kafkajs';

/**
 * Which partition each message was given. The library's retry asks no broker twice that has answered once, so that messages
 * of a partition whose leader moved to such a broker meanwhile are sent to nobody, and it says that all went well.
 */
export class Placements {
  private readonly partitions = new WeakMap<Message, number>();

  readonly partitioner: ICustomPartitioner = () => {
    const choose = Partitioners.DefaultPartitioner();
    return (asked) => {
      const partition = choose(asked);
      this.partitions.set(asked.message, partition);
      return partition;
    };
  };

  /** @throws Error where no broker answered for a partition that messages were given to */
  refuseUnanswered(sent: readonly TopicMessages[], answers: readonly RecordMetadata[]): void {
    const answered = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
    const unanswered = sent
      .flatMap(({ topic, messages }) => messages.map((message) => `${topic}/${this.partitions.get(message)}`))
      .find((place) => !answered.has(place));
    if (unanswered !== undefined) throw new Error(`no broker answered for ${unanswered}`);
  }
}
