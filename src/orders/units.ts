import type { OrderLine } from './order-line.entity.js';
import type { OrderStatus, UnitCounts } from './order-status.js';
import { OrderStateConflict, UnitsNotLeft, UnknownOrderLines } from './orders.errors.js';

/** Units of one order line. */
export interface UnitsOfLine {
  orderLineId: string;
  quantity: number;
}

interface WithLines {
  status: OrderStatus;
  lines: OrderLine[];
}

/** What has neither been canceled nor left the house. */
export function unitsLeft(order: WithLines): UnitsOfLine[] {
  return order.lines
    .map((line) => ({ orderLineId: line.id, quantity: line.expected - line.shipped }))
    .filter((unit) => unit.quantity > 0);
}

/** The lines of these units; refuses an order that is over, lines it does not have, and more units than are left. */
export function cancelableUnits(
  order: WithLines,
  units: UnitsOfLine[],
): { line: OrderLine; quantity: number }[] {
  if (order.status !== 'pending' && order.status !== 'confirmed')
    throw new OrderStateConflict(order.status, 'canceled');
  if (units.length === 0) throw new OrderStateConflict(order.status, 'canceled');
  const lines = new Set(order.lines.map((line) => line.id));
  const unknown = units
    .map((unit, index) => ({ index, orderLineId: unit.orderLineId }))
    .filter((unit) => !lines.has(unit.orderLineId));
  if (unknown.length > 0) throw new UnknownOrderLines(unknown);
  const wanted = new Map<string, number>();
  for (const { orderLineId, quantity } of units)
    wanted.set(orderLineId, (wanted.get(orderLineId) ?? 0) + quantity);
  const named = order.lines.flatMap((line) => {
    const quantity = wanted.get(line.id);
    return quantity ? [{ line, quantity }] : [];
  });
  const short = named.filter(({ line, quantity }) => quantity > line.expected - line.shipped);
  if (short.length > 0) throw new UnitsNotLeft(order.status, short.map(shortage));
  return named;
}

const shortage = ({ line, quantity }: { line: OrderLine; quantity: number }) => ({
  orderLineId: line.id,
  requested: quantity,
  cancelable: line.expected - line.shipped,
});

/** Over all lines. */
export function unitCounts(lines: OrderLine[]): UnitCounts {
  const sum = (of: keyof UnitCounts): number => lines.reduce((all, line) => all + line[of], 0);
  return {
    expected: sum('expected'),
    shipped: sum('shipped'),
    delivered: sum('delivered'),
    returned: sum('returned'),
  };
}
