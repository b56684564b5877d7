import { Logger } from '@nestjs/common';
import { EventEmitter, once } from 'node:events';
import type { Consumer } from 'kafkajs';
import { GroupConsumer } from './group-consumer.js';
import type { KafkaClient } from './kafka-client.js';

const events = { CRASH: 'crash', HEARTBEAT: 'heartbeat', REBALANCING: 'rebalancing', GROUP_JOIN: 'join' };

/** A library's consumer that joins its group when it runs, and then does what a test says. */
class FakeConsumer extends EventEmitter {
  readonly events = events;
  connect = () => Promise.resolve();
  subscribe = () => Promise.resolve();
  run = () => Promise.resolve(void this.emit(events.GROUP_JOIN));
  disconnect = () => Promise.resolve(void this.emit('disconnected'));
}

describe('a member of a group', () => {
  const made: FakeConsumer[] = [];
  const kafka = { consumer: () => made[made.push(new FakeConsumer()) - 1] as unknown as Consumer };
  const group = { id: 'orders', topics: ['shop.orders'], tell: () => Promise.resolve(undefined) };
  let member: GroupConsumer;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    made.length = 0;
    member = new GroupConsumer(group, { kafka } as unknown as KafkaClient);
    member.start();
    await joined();
  });
  afterEach(() => member.stop());

  const joined = async (): Promise<void> => {
    while (member.isDown) await new Promise((ok) => setTimeout(ok, 5));
  };

  it('goes on when the group changes in order', async () => {
    made[0]?.emit(events.REBALANCING);
    made[0]?.emit(events.GROUP_JOIN);
    await new Promise((ok) => setTimeout(ok, 300));
    expect(made).toHaveLength(1);
    expect(member.isDown).toBe(false);
  });

  it.each([
    ['it was joined anew behind the back of other fetches', events.GROUP_JOIN, undefined],
    ['the library gives it up', events.CRASH, { payload: { error: new Error('no broker') } }],
  ])('is made anew when %s', async (_why, event, payload) => {
    const gone = once(made[0] as FakeConsumer, 'disconnected');
    made[0]?.emit(event, payload);
    await gone;
    await new Promise((ok) => setTimeout(ok, 50));
    expect(member.isDown).toBe(true);
    await joined();
    expect(made).toHaveLength(2);
  });
});
