import { SandboxRefusal } from '../sandbox-routes.js';

export type Operation = 'pay' | 'capture' | 'void' | 'refund';

const effects = [
  'approve',
  'authorize',
  'decline',
  'action',
  'pending',
  'pending_decline',
  'amount_changed',
] as const;
export type Effect = (typeof effects)[number];

const faults = [
  'fail_before',
  'fail_after',
  'timeout_before',
  'timeout_after',
  'reset',
  'reset_after',
  'slow',
  '429',
  'key_used',
  'key_taken',
] as const;
export type Fault = (typeof faults)[number];

const manners = ['prompt', 'early', 'late', 'twice', 'shuffled', 'lost'] as const;
export type MannerName = (typeof manners)[number];

/** What happens at one kind of call; a fault strikes the first `times` arrivals of a key only, so that asking again helps. */
export interface Twist {
  fault?: Fault;
  times: number;
  outcome?: 'decline' | 'pending';
}

/** How a card token makes the counterpart behave. */
export interface Instrument {
  effect: Effect;
  twists: Partial<Record<Operation, Twist>>;
  manner?: MannerName;
}

/**
 * Reads a card token: `tok_<effect or fault>`, then words joined by `+`, each `<pay|capture|void|refund>_<fault|decline|pending>` with
 * `_x<times>` behind a fault, or `webhook_<manner>`; such as `tok_authorize+capture_timeout_after_x2+webhook_lost`.
 */
export function readInstrument(token: string): Instrument {
  const [first = '', ...words] = token.split('+');
  if (!first.startsWith('tok_')) throw new SandboxRefusal(400, 'unknown-instrument');
  const name = first.slice('tok_'.length);
  const effect = effects.find((each) => each === name);
  const instrument: Instrument = {
    effect: effect ?? 'approve',
    twists: effect ? {} : { pay: readTwist(name) },
  };
  for (const word of words) readWord(word, instrument);
  return instrument;
}

function readWord(word: string, instrument: Instrument): void {
  const [, subject = '', behaviour = ''] = /^(pay|capture|void|refund|webhook)_(.+)$/.exec(word) ?? [];
  if (subject === 'webhook') {
    instrument.manner = manners.find((each) => each === behaviour);
    if (!instrument.manner) throw new SandboxRefusal(400, 'unknown-instrument');
  } else if (subject === 'pay' || subject === 'capture' || subject === 'void' || subject === 'refund') {
    instrument.twists[subject] = readTwist(behaviour);
  } else {
    throw new SandboxRefusal(400, 'unknown-instrument');
  }
}

function readTwist(behaviour: string): Twist {
  if (behaviour === 'decline' || behaviour === 'pending') return { outcome: behaviour, times: 0 };
  const [, name = '', times = '1'] = /^(.+?)(?:_x(\d{1,3}))?$/.exec(behaviour) ?? [];
  const fault = faults.find((each) => each === name);
  if (!fault) throw new SandboxRefusal(400, 'unknown-instrument');
  return { fault, times: Number(times) };
}
