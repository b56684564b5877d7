import { randomUUID } from 'node:crypto';
import { Dispatcher } from '../../src/platform/events/dispatcher.js';
import { eventually } from './event-house.js';
import { address, type OrderDesk } from './order-desk.js';

type Headers = Record<string, string>;

/** What one shopper owns: an open cart, and an order by invoice with its payment and parcel. */
export interface World {
  cartId: string;
  lineId: string;
  cartEtag: string;
  orderId: string;
  orderNumber: string;
  orderLineId: string;
  paymentId: string;
  deliveryId: string;
  sku: string;
  itemEtag: string;
  webhookEndpointId: string;
  webhookEndpointEtag: string;
  /** To be deleted. */
  spareWebhookEndpointId: string;
  webhookDeliveryId: string;
  /** Of a guest cart that may be merged. */
  guestCartToken: string;
  /** Of a message that was too large to be kept whole, and so stays whoever wants it redriven. */
  letterId: string;
  letterToDropId: string;
  /** What proves the owner. */
  owner: Headers;
}

export interface RequestCase {
  path: string;
  body?: unknown;
  rawBody?: string;
  headers?: Headers;
  /** Headers that prove something by themselves, for those who have signed in. */
  besideBearer?: Headers;
  /** The refusal that this operation gives to whoever is the wrong kind of caller, before it looks for the object. */
  refusal?: string;
}

const email = 'shopper@example.com';
const cart = (world: World): string => `carts/${world.cartId}`;
const line = (world: World): string => `carts/${world.cartId}/lines/${world.lineId}`;
const order = (world: World): string => `orders/${world.orderId}`;
const payment = (world: World): string => `payments/${world.paymentId}`;
const parcel = (world: World): string => `deliveries/${world.deliveryId}`;
const oneOf = ({ sku }: World) => ({ lines: [{ sku, quantity: 1 }] });
const pence = (amountMinor: number) => ({ amountMinor, currency: 'GBP' });
const invoice = { provider: 'invoice' };
const scan = () => ({
  eventId: randomUUID(),
  status: 'in_transit',
  rawStatus: 'MOVED',
  scannedAt: new Date().toISOString(),
});
/** On the discard port of this machine, where nobody listens. */
const nobodysEndpoint = { url: 'http://127.0.0.1:9/', types: ['order.placed'] };
const window = { estimatedFrom: '2030-01-01T08:00:00Z', estimatedTo: '2030-01-01T12:00:00Z' };

/** A request that is well-formed for each operation of the contract, on the objects of a world. */
export const operationCases: Record<string, (world: World) => RequestCase> = {
  createItem: () => ({
    path: 'items',
    body: { sku: `NEW-${randomUUID()}`, name: 'Thing', price: pence(100) },
  }),
  listItems: () => ({ path: 'items' }),
  readItem: ({ sku }) => ({ path: `items/${sku}` }),
  changeItem: ({ sku, itemEtag }) => ({
    path: `items/${sku}`,
    body: { name: 'Thing' },
    headers: { 'If-Match': itemEtag },
  }),
  importItems: ({ sku }) => ({
    path: 'imports',
    rawBody: JSON.stringify({ sku, receive: 1 }),
    headers: { 'content-type': 'application/x-ndjson' },
  }),
  listStock: () => ({ path: 'stock' }),
  readStock: ({ sku }) => ({ path: `stock/${sku}` }),
  listStockMovements: ({ sku }) => ({ path: `stock/${sku}/movements` }),
  receiveStock: ({ sku }) => ({ path: `stock/${sku}/receipts`, body: { quantity: 1 } }),
  adjustStock: ({ sku }) => ({ path: `stock/${sku}/adjustments`, body: { delta: 1, reason: 'found' } }),
  recountStock: ({ sku }) => ({ path: `stock/${sku}/recounts`, body: { counted: 10_000 } }),
  openCart: (world) => ({ path: 'carts', body: oneOf(world) }),
  listCarts: () => ({ path: 'carts' }),
  readCart: (world) => ({ path: cart(world) }),
  describeCart: (world) => ({
    path: cart(world),
    body: { note: 'ring twice' },
    headers: { 'If-Match': world.cartEtag },
  }),
  validateCart: (world) => ({ path: `${cart(world)}/validate`, body: {} }),
  mergeCarts: (world) => ({
    path: `${cart(world)}/merge`,
    body: {},
    besideBearer: { 'Cart-Token': world.guestCartToken },
    refusal: 'customer-needed',
  }),
  listCartLines: (world) => ({ path: `${cart(world)}/lines` }),
  addCartLines: (world) => ({ path: `${cart(world)}/lines`, body: oneOf(world) }),
  setCartLineQuantity: (world) => ({ path: line(world), body: { quantity: 2 } }),
  removeCartLine: (world) => ({ path: line(world) }),
  checkOutCart: (world) => ({
    path: `${cart(world)}/checkout`,
    body: { expectedTotal: pence(100), payment: invoice },
  }),
  placeOrder: (world) => ({
    path: 'orders',
    body: { ...oneOf(world), email, shippingAddress: address, expectedTotal: pence(100), payment: invoice },
  }),
  listOrders: () => ({ path: 'orders' }),
  payOrder: (world) => ({ path: `${order(world)}/payments`, body: invoice }),
  cancelOrder: (world) => ({ path: `${order(world)}/cancellations`, body: { reason: 'changed_mind' } }),
  lookUpOrder: ({ orderNumber }) => ({ path: 'orders/lookup', body: { number: orderNumber, email } }),
  searchOrders: ({ orderNumber }) => ({ path: 'orders/search', body: { number: orderNumber } }),
  readOrder: (world) => ({ path: order(world) }),
  listOrderLines: (world) => ({ path: `${order(world)}/lines` }),
  readOrderTimeline: (world) => ({ path: `${order(world)}/timeline` }),
  followOrder: (world) => ({ path: `${order(world)}/events` }),
  readTodaysReport: () => ({ path: 'reports/today' }),
  readPayment: (world) => ({ path: payment(world) }),
  capturePayment: (world) => ({ path: `${payment(world)}/captures`, body: {} }),
  voidPayment: (world) => ({ path: `${payment(world)}/voids`, body: {} }),
  refundPayment: (world) => ({ path: `${payment(world)}/refunds`, body: { amountMinor: 1 } }),
  receivePaymentWebhook: () => ({ path: 'webhooks/payments/sandbox', body: {} }),
  listDeliveries: () => ({ path: 'deliveries' }),
  readDelivery: (world) => ({ path: parcel(world) }),
  splitDelivery: (world) => ({
    path: `${parcel(world)}/split`,
    body: { lines: [{ orderLineId: world.orderLineId, quantity: 1 }] },
  }),
  packDelivery: (world) => ({ path: `${parcel(world)}/pack`, body: {} }),
  shipDelivery: (world) => ({
    path: `${parcel(world)}/ship`,
    body: { carrier: 'manual', trackingNumber: randomUUID() },
  }),
  reportScan: (world) => ({ path: `${parcel(world)}/tracking-events`, body: scan() }),
  reviseDeliveryEstimate: (world) => ({ path: `${parcel(world)}/estimates`, body: window }),
  readEventsStatus: () => ({ path: 'events/status' }),
  listDeadLetters: () => ({ path: 'dead-letters' }),
  readDeadLetter: ({ letterId }) => ({ path: `dead-letters/${letterId}` }),
  redriveDeadLetter: ({ letterId }) => ({ path: `dead-letters/${letterId}/redrive`, body: {} }),
  dropDeadLetter: ({ letterToDropId }) => ({ path: `dead-letters/${letterToDropId}` }),
  receiveCarrierWebhook: () => ({ path: 'webhooks/carriers/sandbox', body: {} }),
  createWebhookEndpoint: () => ({ path: 'webhook-endpoints', body: nobodysEndpoint }),
  listWebhookEndpoints: () => ({ path: 'webhook-endpoints' }),
  readWebhookEndpoint: (world) => ({ path: `webhook-endpoints/${world.webhookEndpointId}` }),
  changeWebhookEndpoint: (world) => ({
    path: `webhook-endpoints/${world.webhookEndpointId}`,
    body: { description: 'the warehouse' },
    headers: { 'If-Match': world.webhookEndpointEtag },
  }),
  deleteWebhookEndpoint: (world) => ({ path: `webhook-endpoints/${world.spareWebhookEndpointId}` }),
  rotateWebhookSecret: (world) => ({
    path: `webhook-endpoints/${world.webhookEndpointId}/secrets`,
    body: {},
  }),
  listWebhookDeliveries: (world) => ({ path: `webhook-endpoints/${world.webhookEndpointId}/deliveries` }),
  readWebhookDelivery: (world) => ({ path: `webhook-deliveries/${world.webhookDeliveryId}` }),
  redeliverWebhook: (world) => ({
    path: `webhook-deliveries/${world.webhookDeliveryId}/redeliver`,
    body: {},
  }),
  skipWebhookDelivery: (world) => ({ path: `webhook-deliveries/${world.webhookDeliveryId}/skip`, body: {} }),
};

/** A guest's world, or a customer's where `as` names one. */
export async function openWorld(desk: OrderDesk, as: Headers = {}): Promise<World> {
  const sku = desk.sku(0);
  const lines = [{ sku, quantity: 2 }];
  const endpoints = [await registerEndpoint(desk), await registerEndpoint(desk)] as const;
  const opened = await desk.send('POST', 'carts', { lines }, as);
  const guest = await desk.send('POST', 'carts', { lines });
  const placed = await desk.invoiced(lines, as);
  const seen = await desk.read(placed);
  const item = await desk.send('GET', `items/${sku}`, undefined, desk.staff);
  const cartToken = opened.headers.get('cart-token');
  return {
    cartId: opened.body.id,
    lineId: (opened.body.lines as unknown as { lineId: string }[] | undefined)?.[0]?.lineId ?? '',
    cartEtag: opened.headers.get('etag') ?? '',
    orderId: placed.id,
    orderNumber: seen.number,
    orderLineId: seen.lines?.[0]?.orderLineId ?? '',
    paymentId: seen.payments?.[0]?.id ?? '',
    deliveryId: seen.deliveries[0]?.id ?? '',
    sku,
    itemEtag: item.headers.get('etag') ?? '',
    webhookEndpointId: endpoints[0].id,
    webhookEndpointEtag: endpoints[0].etag,
    spareWebhookEndpointId: endpoints[1].id,
    webhookDeliveryId: await firstDelivery(desk, endpoints[0].id),
    letterId: await deadLetter(desk),
    letterToDropId: await deadLetter(desk),
    guestCartToken: guest.headers.get('cart-token') ?? '',
    owner: cartToken === null ? as : { 'Cart-Token': cartToken, ...placed.as },
  };
}

async function registerEndpoint(desk: OrderDesk): Promise<{ id: string; etag: string }> {
  const { body, headers } = await desk.send('POST', 'webhook-endpoints', nobodysEndpoint, desk.staff);
  return { id: body.id, etag: headers.get('etag') ?? '' };
}

/** That of the order which was placed after the endpoint was registered, once the relay has come to it. */
function firstDelivery(desk: OrderDesk, endpointId: string): Promise<string> {
  return eventually('a delivery to the endpoint', async () => {
    const path = `webhook-endpoints/${endpointId}/deliveries`;
    const { body } = await desk.send<{ items: { id: string }[] }>('GET', path, undefined, desk.staff);
    return body.items[0]?.id;
  });
}

let offset = 0;

async function deadLetter(desk: OrderDesk): Promise<string> {
  const body = Buffer.alloc(100_000, 'x');
  const message = {
    topic: 'shop.orders',
    partition: 0,
    offset: String((offset += 1)),
    key: null,
    headers: {},
    body,
  };
  await desk.shop.app.get(Dispatcher, { strict: false }).refuse('orders', message, new Error('too large'));
  const { rows } = await desk.shop.database.query<{ id: string }>(
    'select id from events.dead_letter where source_offset = $1',
    [message.offset],
  );
  return rows[0]?.id ?? '';
}
