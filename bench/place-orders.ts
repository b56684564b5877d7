import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../src/replay/shop-client.js';
import type { ShopProcess } from '../test/support/shop-process.js';
import { address } from '../test/support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../test/support/traffic/staff.js';

/** Evenly spaced arrivals, whether or not the orders before are answered; or shoppers who each wait for their answer. */
export type Load = { seconds: number } & ({ ordersAMinute: number } | { shoppers: number });

export const loads: Record<string, Load> = {
  '100 orders a minute': { ordersAMinute: 100, seconds: 60 },
  '1,000 orders a minute': { ordersAMinute: 1000, seconds: 60 },
  'as many as 16 shoppers place': { shoppers: 16, seconds: 30 },
};
export const warmUp: Load = { shoppers: 4, seconds: 10 };

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

/** Places one order of one thing, on invoice, of which there are thirty. */
export async function orderOf(shop: ShopProcess): Promise<() => Promise<void>> {
  const client = new ShopClient(shop.url);
  const skus = await stockItems(client, await staffToken(client), {
    prefix: 'BENCH',
    count: 30,
    units: 100_000,
  });
  let next = 0;
  return async () => {
    const index = next++ % skus.length;
    const body = {
      lines: [{ sku: skus[index], quantity: 1 }],
      email: 'shopper@example.com',
      shippingAddress: address,
      expectedTotal: { amountMinor: 100 + index, currency: 'GBP' },
      payment: { provider: 'invoice' },
    };
    await client.send({ method: 'POST', path: '/v1/orders', body });
  };
}
