import { setTimeout as pause } from 'node:timers/promises';

/** Evenly spaced arrivals, whether or not the orders before are answered; or shoppers who each wait for their answer. */
export type Load = { seconds: number } & ({ ordersAMinute: number } | { shoppers: number });

export interface Placed {
  ordersAMinute: number;
}

/** Every order that fails fails the measurement. */
export async function placeOrders(order: () => Promise<void>, load: Load): Promise<Placed> {
  const started = performance.now();
  const endAt = started + load.seconds * 1000;
  let placed = 0;
  const place = async (): Promise<void> => {
    await order();
    placed += 1;
  };
  if ('shoppers' in load) {
    const shopper = async (): Promise<void> => {
      while (performance.now() < endAt) await place();
    };
    await Promise.all(Array.from({ length: load.shoppers }, shopper));
  } else {
    const underWay: Promise<void>[] = [];
    const apartMs = 60_000 / load.ordersAMinute;
    for (let dueAt = started; dueAt < endAt; dueAt += apartMs) {
      await pause(Math.max(0, dueAt - performance.now()));
      underWay.push(place());
    }
    await Promise.all(underWay);
  }
  return { ordersAMinute: (placed / (performance.now() - started)) * 60_000 };
}
