import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Carrier, ParcelToBook } from '../../src/deliveries/carriers/carrier.js';
import { carrierNames, CARRIERS, type Carriers } from '../../src/deliveries/carriers/index.js';
import { WebhookSignatures } from '../../src/platform/webhooks/index.js';
import { startTestApp, type TestApp } from '../support/app.js';

const address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

/** Every carrier of the register keeps the contract of `carriers/carrier.ts`. */
describe.each(carrierNames)('the carrier %s', (name) => {
  let shop: TestApp;

  beforeAll(async () => {
    shop = await startTestApp();
  }, 60_000);

  afterAll(() => shop.close());

  const carrier = (): Carrier => {
    const found = shop.app.get<Carriers>(CARRIERS, { strict: false }).get(name);
    if (!found) throw new Error(`${name} is in the register and was not made`);
    return found;
  };

  it('bears the name that the register gives it', () => {
    expect(carrier().name).toBe(name);
  });

  it('books the same parcel for the same reference, another for another, where it takes bookings', async () => {
    const found = carrier();
    if (!('book' in found)) return expect('readWebhook' in found).toBe(false);
    const book = (parcel: ParcelToBook) => found.book?.(parcel);
    const reference = randomUUID();
    const first = await book({ reference, address });
    expect(first?.trackingNumber).toMatch(/./);
    expect(await book({ reference, address })).toEqual(first);
    expect(await book({ reference: randomUUID(), address })).not.toEqual(first);
  });

  it('believes no scan without a signature, and none whose body was changed', () => {
    const found = carrier();
    if (!('readWebhook' in found)) return expect('book' in found).toBe(false);
    const read = (headers: IncomingHttpHeaders, body: Buffer) => found.readWebhook?.(headers, body);
    const body = JSON.stringify({
      eventId: 'e',
      trackingNumber: 't',
      code: 'ON-VAN',
      scannedAt: new Date().toISOString(),
    });
    const signed = new WebhookSignatures().sign('e', body, shop.config.SANDBOX_WEBHOOK_SECRET ?? '');
    expect(read(signed, Buffer.from(body))).toMatchObject({
      eventId: 'e',
      status: 'out_for_delivery',
      rawStatus: 'ON-VAN',
    });
    expect(() => read(signed, Buffer.from(body.replace('ON-VAN', 'AT-HUB')))).toThrow();
    expect(() => read({}, Buffer.from(body))).toThrow();
  });
});
