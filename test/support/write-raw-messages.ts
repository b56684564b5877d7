import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pythonOf } from './example-process.js';
import type { TestTopics } from './topics.js';

const run = promisify(execFile);

export interface RawMessage {
  partition: number;
  value: string | null;
  headers: Record<string, string | null>;
}

const script = `
import json, sys
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": sys.argv[1]})
for message in json.loads(sys.argv[3]):
    producer.produce(sys.argv[2], message["value"], partition=message["partition"], headers=list(message["headers"].items()))
sys.exit(producer.flush(30))
`;

/** Messages as a stranger may write them: kafkajs writes no header without a value, the Python example's library does. */
export async function writeRawMessages(
  topics: TestTopics,
  topic: string,
  messages: RawMessage[],
): Promise<void> {
  const python = await pythonOf('examples/python-stock');
  const brokers = topics.environment['KAFKA_BROKERS'] ?? '';
  await run(python, ['-c', script, brokers, topics.nameOf(topic), JSON.stringify(messages)]);
}
