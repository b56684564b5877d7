import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { type Route, SandboxRefusal } from '../sandbox-routes.js';
import type { Counterpart, SandboxContext } from '../sandbox-server.js';
import type { Webhook } from '../webhook-queue.js';
import { type Parcel, ParcelsRepository } from './parcels.repository.js';
import { routeTo, type Stop } from './route.js';

const bookingRequest = z.object({
  reference: z.string().min(1).max(100),
  address: z.record(z.string(), z.string()),
});

const parcelsPerTick = 50;
const webhookPath = '/v1/webhooks/carriers/sandbox';

/** The carrier that is not there: books parcels and scans each at every stop of its route, one per pace. */
export function openCarrier({ database, webhooks, carrierPaceMs: paceMs }: SandboxContext): Counterpart {
  const parcels = new ParcelsRepository(database);

  const book: Route = {
    method: 'POST',
    path: /^\/carrier\/parcels$/,
    answer: async ({ body }) => {
      const request = bookingRequest.safeParse(body);
      if (!request.success) throw new SandboxRefusal(422, 'booking-invalid');
      const { reference, address } = request.data;
      const trackingNumber = await parcels.book(
        reference,
        newTrackingNumber(),
        address['postalCode'],
        paceMs,
      );
      return { status: 201, body: { trackingNumber } };
    },
  };

  const tick = (): Promise<number> =>
    database.inTransaction(async (connection) => {
      const due = await parcels.takeDue(connection, parcelsPerTick);
      const moved: { reference: string; isAtEnd: boolean }[] = [];
      for (const parcel of due) {
        const route = routeTo(parcel.postalCode ?? undefined);
        const stop = route[parcel.stopsDone];
        if (stop) await webhooks.add(connection, scanOf(parcel, stop));
        moved.push({ reference: parcel.reference, isAtEnd: parcel.stopsDone + 1 >= route.length });
      }
      if (moved.length > 0) await parcels.moveOn(connection, moved, paceMs);
      return due.length;
    });

  return { routes: [book], tick };
}

const dayMs = 86_400_000;

function scanOf(parcel: Parcel, stop: Stop): Webhook {
  const now = Date.now();
  // The first scan promises a window; later ones keep to it.
  const window = { from: new Date(now + dayMs).toISOString(), to: new Date(now + 2 * dayMs).toISOString() };
  return {
    path: webhookPath,
    payload: {
      trackingNumber: parcel.trackingNumber,
      code: stop.code,
      place: stop.place,
      description: stop.description,
      scannedAt: new Date(now).toISOString(),
      ...(parcel.stopsDone === 0 ? { estimated: window } : {}),
    },
  };
}

function newTrackingNumber(): string {
  return `SB${String(randomInt(0, 1_000_000)).padStart(6, '0')}${String(randomInt(0, 1_000_000)).padStart(6, '0')}GB`;
}
