import { isUtf8 } from 'node:buffer';
import { DomainError } from '../errors/domain-error.js';

const deepest = 32;
const unstorable = /[\0\p{Surrogate}]/u;

export class MalformedBody extends DomainError {
  constructor(message: string) {
    super('malformed', 'malformed-request', message);
  }
}

/** The value of a JSON body; refuses what JSON.parse would let pass: doubled keys, endless depth, text that no database stores. */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new MalformedBody('the body is not UTF-8');
  const text = bytes.toString('utf8');
  const outline = outlineOf(text);
  if (outline.depth > deepest) throw new MalformedBody(`the body is nested deeper than ${deepest} levels`);
  const value = parse(text);
  if (countMembers(value) !== outline.members) throw new MalformedBody('an object has the same key twice');
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new MalformedBody('the body is not JSON');
    throw error;
  }
}

/** Depth and number of members, read from the text before it is parsed. */
function outlineOf(text: string): { depth: number; members: number } {
  let depth = 0;
  let open = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    if (unit === '"') at = endOfString(text, at);
    else if (unit === '{' || unit === '[') depth = Math.max(depth, (open += 1));
    else if (unit === '}' || unit === ']') open -= 1;
    else if (unit === ':') members += 1;
  }
  return { depth, members };
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charAt(at);
    if (unit === '\\') at += 1;
    else if (unit === '"') return at;
  }
  return text.length;
}

/** Counts the members of all objects, and looks at every text and key on the way. */
function countMembers(root: unknown): number {
  const waiting: unknown[] = [root];
  let members = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') refuseUnstorable(value);
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) waiting.push(item);
      continue;
    }
    for (const [key, member] of Object.entries(value)) {
      if (key === '__proto__') throw new MalformedBody('__proto__ is no key');
      refuseUnstorable(key);
      members += 1;
      waiting.push(member);
    }
  }
  return members;
}

function refuseUnstorable(text: string): void {
  if (unstorable.test(text)) throw new MalformedBody('a text has a NUL or a lone surrogate in it');
}
