export const cartStatuses = ['open', 'abandoned', 'ordered', 'merged', 'expired'] as const;

export type CartStatus = (typeof cartStatuses)[number];

/** The legal moves; an abandoned cart is open again with its shopper's next edit. */
export const cartMoves: Readonly<Record<CartStatus, readonly CartStatus[]>> = {
  open: ['ordered', 'merged', 'abandoned', 'expired'],
  abandoned: ['open', 'expired'],
  ordered: [],
  merged: [],
  expired: [],
};

export function mayMove(from: CartStatus, to: CartStatus): boolean {
  return cartMoves[from].includes(to);
}

/** From where a cart may come to `to`, for set-based moves. */
export function statusesBefore(to: CartStatus): CartStatus[] {
  return cartStatuses.filter((from) => mayMove(from, to));
}
