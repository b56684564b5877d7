import type { Message, PartitionMetadata, RecordMetadata } from 'kafkajs';
import { Placements } from './placements.js';

const partitionMetadata = [0, 1, 2, 3].map(
  (partitionId) => ({ partitionId, leader: 1 }) as PartitionMetadata,
);
const messages: Message[] = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => ({ key, value: key }));

describe('messages that were sent', () => {
  const placements = new Placements();
  const choose = placements.partitioner();
  const chosen = messages.map((message) => choose({ topic: 'things', partitionMetadata, message }));
  const answerOf = (partition: number): RecordMetadata => ({ topicName: 'things', partition, errorCode: 0 });

  it('pass where a broker answered for the partition of each', () => {
    expect(new Set(chosen).size).toBeGreaterThan(1);
    expect(() =>
      placements.refuseUnanswered([{ topic: 'things', messages }], chosen.map(answerOf)),
    ).not.toThrow();
  });

  it('are refused where nobody answered for the partition of one, or for its topic', () => {
    const [missing] = chosen;
    const answers = chosen.filter((partition) => partition !== missing).map(answerOf);
    const sent = [{ topic: 'things', messages }];
    expect(() => placements.refuseUnanswered(sent, answers)).toThrow(`things/${missing}`);
    const elsewhere = chosen.map((partition) => ({ ...answerOf(partition), topicName: 'others' }));
    expect(() => placements.refuseUnanswered(sent, elsewhere)).toThrow('no broker answered');
  });
});
