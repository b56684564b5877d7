import { createHmac } from 'node:crypto';
import { SignatureInvalid, WebhookSignatures } from './index.js';

const signatures = new WebhookSignatures();
const secret = 'a secret of thirty-two characters';
const next = 'the secret that comes after this one';
const now = new Date('2026-11-24T12:00:00Z');
const body = Buffer.from('{"test": 2432232314}');
const headers = () => signatures.sign('msg_1', body, secret, now);

const reasonOf = (verify: () => unknown): string | undefined => {
  try {
    verify();
  } catch (error) {
    if (error instanceof SignatureInvalid) return error.reason;
    throw error;
  }
  return undefined;
};

it('reads what it signed and answers the id', () => {
  expect(signatures.verify({ body, headers: headers(), secrets: [secret] }, now)).toEqual({ id: 'msg_1' });
});

it('agrees with the example of the standard', () => {
  const given = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
  expect(signatures.verify({ body, headers: given, secrets }, new Date(1_614_265_330_000)).id).toBe(
    given['webhook-id'],
  );
});

it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses what comes without %s', (name) => {
  const given: Record<string, string | undefined> = { ...headers(), [name]: undefined };
  expect(reasonOf(() => signatures.verify({ body, headers: given, secrets: [secret] }, now))).toBe(
    'headers-missing',
  );
});

it.each([301, -301])('refuses a time that is %i seconds off', (off) => {
  const given = signatures.sign('msg_1', body, secret, new Date(now.getTime() + off * 1000));
  expect(reasonOf(() => signatures.verify({ body, headers: given, secrets: [secret] }, now))).toBe(
    'timestamp-outside',
  );
});

it.each([300, -300])('takes a time that is %i seconds off', (off) => {
  const given = signatures.sign('msg_1', body, secret, new Date(now.getTime() + off * 1000));
  expect(signatures.verify({ body, headers: given, secrets: [secret] }, now).id).toBe('msg_1');
});

it.each(['soon', '', '1e9', '99999999999999999999'])('refuses the time "%s"', (timestamp) => {
  const given = { ...headers(), 'webhook-timestamp': timestamp };
  expect(reasonOf(() => signatures.verify({ body, headers: given, secrets: [secret] }, now))).toBeDefined();
});

it('refuses a body that was changed by one byte or written anew', () => {
  for (const other of ['{"test": 2432232315}', '{"test":2432232314}', '']) {
    const verify = () =>
      signatures.verify({ body: Buffer.from(other), headers: headers(), secrets: [secret] }, now);
    expect(reasonOf(verify)).toBe('signature-wrong');
  }
});

it('refuses another id or time under the same signature', () => {
  for (const change of [
    { 'webhook-id': 'msg_2' },
    { 'webhook-timestamp': String(now.getTime() / 1000 + 1) },
  ]) {
    const verify = () =>
      signatures.verify({ body, headers: { ...headers(), ...change }, secrets: [secret] }, now);
    expect(reasonOf(verify)).toBe('signature-wrong');
  }
});

it('refuses a signature by another secret, of another version, or cut short', () => {
  const right = headers()['webhook-signature'] ?? '';
  const wrong = [
    signatures.sign('msg_1', body, next, now)['webhook-signature'],
    right.replace('v1,', 'v1a,'),
    right.slice(0, -4),
    `v1,${createHmac('sha256', secret).update(body).digest('base64')}`,
  ];
  for (const signature of wrong) {
    const verify = () =>
      signatures.verify(
        { body, headers: { ...headers(), 'webhook-signature': signature }, secrets: [secret] },
        now,
      );
    expect(reasonOf(verify)).toBe('signature-wrong');
  }
});

it('takes either of two secrets while they rotate, and one good signature among several', () => {
  expect(signatures.verify({ body, headers: headers(), secrets: [next, secret] }, now).id).toBe('msg_1');
  const both = `${signatures.sign('msg_1', body, next, now)['webhook-signature']} ${headers()['webhook-signature']}`;
  expect(
    signatures.verify({ body, headers: { ...headers(), 'webhook-signature': both }, secrets: [secret] }, now)
      .id,
  ).toBe('msg_1');
});

it('refuses everything where there is no secret', () => {
  expect(reasonOf(() => signatures.verify({ body, headers: headers(), secrets: [] }, now))).toBe(
    'signature-wrong',
  );
});
