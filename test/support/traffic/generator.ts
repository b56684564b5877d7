import { setTimeout as pause } from 'node:timers/promises';
import type { ShopActions } from './shop-actions.js';

export interface TrafficReport {
  sent: number;
  failed: unknown[];
  seconds: number;
}

/** The mix that the figures speak of: 60 % cart writes, 25 % reads, 10 % checkout and pay, 5 % refund or ship. */
export async function actOnce(actions: ShopActions, share: number): Promise<void> {
  if (share < 0.6) return actions.writeCart();
  if (share < 0.85) return actions.read();
  if (share < 0.95) return void (await actions.buy());
  return actions.afterSale();
}

/** C: what the shop sustains, measured here and now by `clients` that each wait for their answer. */
export async function measureCapacity(
  actions: ShopActions,
  random: () => number,
  clients = 16,
  seconds = 3,
): Promise<number> {
  const endAt = performance.now() + seconds * 1000;
  let acted = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < endAt) {
      await actOnce(actions, random());
      acted += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return acted / seconds;
}

/**
 * Open arrivals: an action starts when its time has come, whether or not the ones before have ended, so that queueing shows.
 * Arrivals are exponentially spaced around `perSecond`.
 */
export async function sendBySchedule(
  actions: ShopActions,
  random: () => number,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<TrafficReport> {
  const started = performance.now();
  const failed: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  let sent = 0;
  for (let dueMs = 0; dueMs < seconds * 1000; dueMs += (-Math.log(1 - random()) / perSecond) * 1000) {
    const early = dueMs - (performance.now() - started);
    if (early > 1) await pause(early);
    sent += 1;
    const action: Promise<void> = actOnce(actions, random())
      .catch((error: unknown) => void failed.push(error))
      .finally(() => underWay.delete(action));
    underWay.add(action);
  }
  await Promise.all(underWay);
  return { sent, failed, seconds: (performance.now() - started) / 1000 };
}

/** As `sendBySchedule`, until the signal aborts; answers what failed. */
export async function sendUntil(
  signal: AbortSignal,
  actions: ShopActions,
  random: () => number,
  perSecond: number,
): Promise<unknown[]> {
  const failed: unknown[] = [];
  while (!signal.aborted)
    failed.push(...(await sendBySchedule(actions, random, { perSecond, seconds: 1 })).failed);
  return failed;
}
