import { randomUUID } from 'node:crypto';
import { breachesOf, committedContract, validateMessage } from '../support/event-contract.js';
import { createTestDatabase } from '../support/database.js';

const example = committedContract().components.messages['order.confirmed']?.examples?.[0];
const headers = example?.headers ?? {};
const payload = Object(example?.payload) as { orderId: string; version: number };
const { orderId, version } = payload;

const told = {
  type: 'order.confirmed',
  topic: 'orders',
  key: orderId,
  subject: orderId,
  sequence: version,
  payload,
};

describe('an event that was told', () => {
  it('passes where it keeps the contract, new properties and values included', () => {
    expect(breachesOf(told)).toEqual([]);
    expect(breachesOf({ ...told, payload: { ...payload, status: 'packing', colour: 'blue' } })).toEqual([]);
  });

  it.each([
    ['another sequence', { sequence: version + 1 }, /sequence is 4, by its payload 3/],
    ['another subject', { subject: 'somebody' }, /subject is somebody, by its payload/],
    ['another key', { key: 'somebody' }, /key is somebody, by its payload/],
    ['the topic of another room', { topic: 'carts' }, /no place on the topic carts/],
    ['a name that is not in the contract', { type: 'order.eaten' }, /order\.eaten is not in the contract/],
    ['an amount with a fraction', { payload: { ...payload, totalMinor: 9.5 } }, /totalMinor must be integer/],
    ['a property left out', { payload: { orderId, version } }, /must have required property 'number'/],
  ])('is found out where it has %s', (_what, change, breach) => {
    expect(breachesOf({ ...told, ...change }).join('\n')).toMatch(breach);
  });

  it('is found out where its headers are not those of a CloudEvent', () => {
    const value = JSON.stringify(payload);
    expect(() =>
      validateMessage({ ...headers, ce_id: Buffer.from(randomUUID()) }, Buffer.from(value)),
    ).not.toThrow();
    expect(() => validateMessage({ ...headers, ce_id: undefined }, value)).toThrow(
      /required property 'ce_id'/,
    );
    expect(() => validateMessage({ ...headers, ce_specversion: '0.3' }, value)).toThrow(/ce_specversion/);
    expect(() => validateMessage({ ...headers, ce_time: 'yesterday' }, value)).toThrow(/ce_time/);
    expect(() => validateMessage({ ...headers, ce_sequence: '9' }, value)).toThrow(/sequence is 9/);
    expect(() => validateMessage(headers, null)).toThrow(/must be object/);
  });

  it('fails the test that left it in a database, whichever it is', async () => {
    const database = await createTestDatabase();
    await database.query(
      `insert into events.outbox (id, aggregatetype, aggregateid, type, payload, position, key, sequence, topic)
       select gen_random_uuid(), 'order', $1, 'order.confirmed', case when n = 12000 then '{}'::jsonb else $2 end, n, $1, $3, 'orders'
       from generate_series(1, 12000) as n`,
      [orderId, JSON.stringify(payload), version],
    );
    await expect(database.drop()).rejects.toThrow(/order\.confirmed .*required property 'orderId'/);
    await expect(database.query('select 1')).rejects.toThrow();
  });
});
