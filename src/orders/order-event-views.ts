import { grantOf } from '../platform/auth/grants.js';
import { isShopper, type Principal } from '../platform/auth/index.js';
import type { StreamedEvent } from '../platform/events/index.js';
import type { ServerSentEvent } from '../platform/http/index.js';

/** Why the shop or a provider did something, and a carrier's own words, wherever in a payload they are. */
const forStaff: ReadonlySet<string> = new Set(['reason', 'rawStatus']);

/**
 * How a reader sees an event. One whose payload is not for the reader's eyes is shown without it rather than left out,
 * for the ids that a reader gets have no gaps.
 */
export function eventViewFor(reader: Principal): (event: StreamedEvent) => ServerSentEvent {
  const readsPayments = grantOf({ permission: 'payments:read', own: true }, reader) !== undefined;
  const isPlain = isShopper(reader);
  return ({ streamPosition, id, type, occurredAt, sequence, aggregateType, aggregateId, payload }) => {
    const shown = isPlain ? withoutStaffs(payload) : payload;
    const data = { id, type, occurredAt, sequence, aggregateType, aggregateId };
    const isHidden = aggregateType === 'payment' && !readsPayments;
    return { id: streamPosition, event: type, data: isHidden ? data : { ...data, payload: shown } };
  };
}

function withoutStaffs(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutStaffs);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([name]) => !forStaff.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutStaffs(value)]));
}
