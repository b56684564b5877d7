import { readInstrument } from './instrument.js';

describe('a card token', () => {
  it('names an effect, or a fault of paying that strikes once', () => {
    expect(readInstrument('tok_authorize')).toEqual({ effect: 'authorize', twists: {} });
    expect(readInstrument('tok_timeout_after')).toEqual({
      effect: 'approve',
      twists: { pay: { fault: 'timeout_after', times: 1 } },
    });
  });

  it('takes further words for other calls and for webhooks', () => {
    expect(readInstrument('tok_authorize+capture_fail_after_x3+refund_decline+webhook_lost')).toEqual({
      effect: 'authorize',
      twists: { capture: { fault: 'fail_after', times: 3 }, refund: { outcome: 'decline', times: 0 } },
      manner: 'lost',
    });
  });

  it.each([
    '4242',
    'tok_nothing',
    'tok_approve+capture_nothing',
    'tok_approve+webhook_pigeon',
    'tok_approve+tea',
  ])('refuses %s', (token) => {
    expect(() => readInstrument(token)).toThrow('unknown-instrument');
  });
});
