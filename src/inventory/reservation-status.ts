export const reservationStatuses = ['active', 'committed', 'fulfilled', 'released'] as const;

export type ReservationStatus = (typeof reservationStatuses)[number];

/** The legal moves: committed when the order is confirmed, fulfilled when the last unit left, released when the last unit was given back. */
export const reservationMoves: Readonly<Record<ReservationStatus, readonly ReservationStatus[]>> = {
  active: ['committed', 'released'],
  committed: ['fulfilled', 'released'],
  fulfilled: [],
  released: [],
};

export function mayMove(from: ReservationStatus, to: ReservationStatus): boolean {
  return reservationMoves[from].includes(to);
}

/** Its open units still count as reserved. */
export const openStatuses: readonly ReservationStatus[] = ['active', 'committed'];
