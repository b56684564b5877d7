import type { BrokerMessage } from '../events/index.js';
import { letterMessage } from './dead-letter-message.js';

const message: BrokerMessage = {
  topic: 'shop.orders',
  partition: 3,
  offset: '17',
  key: 'k',
  headers: { ce_type: 'order.placed' },
  body: Buffer.from('not JSON'),
};
const letterOf = (came: Partial<BrokerMessage>) =>
  letterMessage(
    { consumer: 'orders', message: { ...message, ...came }, reason: 'NotJson', error: 'no', tries: 1 },
    'shop',
  );

describe('a dead letter on its topic', () => {
  it('is the message with headers that say why and from where', () => {
    const { key, value, headers } = letterOf({});
    expect([String(key), String(value)]).toEqual(['k', 'not JSON']);
    const said = Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
    );
    expect(said).toMatchObject({
      ce_type: 'order.placed',
      dlq_consumer: 'orders',
      dlq_reason: 'NotJson',
      dlq_tries: '1',
      dlq_source_topic: 'shop.orders',
      dlq_source_partition: '3',
      dlq_source_offset: '17',
    });
  });

  it('has a place on it however large body, key and headers were', () => {
    const large = 'ä'.repeat(2_000_000);
    const many = Object.fromEntries(
      Array.from({ length: 80_000 }, (_none, index) => [`h${index}`, large.slice(0, 50)]),
    );
    const {
      key,
      value,
      headers = {},
    } = letterOf({ key: large, headers: { large, ...many }, body: Buffer.from(large) });
    const bytes = Object.entries(headers).reduce(
      (sum, [name, text]) => sum + name.length + Buffer.byteLength(String(text)),
      0,
    );
    expect([key?.length, value?.length]).toEqual([65_536, 65_536]);
    expect(bytes).toBeLessThan(1_200_000);
    expect(String(headers['dlq_reason'])).toBe('NotJson');
  });

  it('of a tombstone has neither key nor body', () => {
    expect(letterOf({ key: null, body: null })).toMatchObject({ key: null, value: null });
  });
});
