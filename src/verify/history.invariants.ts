import { cartMoves } from '../carts/index.js';
import { deliveryMoves } from '../deliveries/index.js';
import type { Invariant } from './invariant.js';

/** Aggregates whose tables keep only where they stand: how they came there is told by their events. */
const machines: readonly { type: string; moves: Readonly<Record<string, readonly string[]>> }[] = [
  { type: 'cart', moves: cartMoves },
  { type: 'delivery', moves: deliveryMoves },
];

export const historyInvariants: readonly Invariant[] = machines.map(({ type, moves }) => ({
  id: 'I15',
  title: `every ${type} came to its status by the table of moves, as its events tell`,
  sql: `
    select aggregateid as id, sequence, before, status from (
      select aggregateid, sequence, payload ->> 'status' as status,
        lag(payload ->> 'status') over (partition by aggregateid order by sequence) as before
      from events.outbox where aggregatetype = '${type}'
    ) as path
    where before <> status and (before, status) not in (values ${pairsOf(moves)})`,
}));

function pairsOf(moves: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(moves)
    .flatMap(([from, targets]) => targets.map((to) => `('${from}', '${to}')`))
    .join(', ');
}
