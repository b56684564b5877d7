import { eventually } from '../support/event-house.js';
import { ShopProcess } from '../support/shop-process.js';
import { trialHooks, WebhookDesk } from '../support/webhook-desk.js';
import { answer, WebhookReceiver } from '../support/webhook-receiver.js';

/** The receiver has the webhook, and the sender dies before it could write that down. */
describe('a server that is killed between sending a webhook and recording it', () => {
  let shop: ShopProcess;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await WebhookReceiver.open();
    shop = await ShopProcess.start({ env: trialHooks });
  }, 120_000);
  afterAll(async () => {
    await shop.stop();
    await receiver.close();
  }, 60_000);

  it('sends it again after its restart, under the same id and with the same bytes, and then what came after it', async () => {
    const desk = await WebhookDesk.open(shop.url);
    const { id } = await desk.register(receiver.url, ['cart.created', 'cart.details_changed']);
    receiver.answering = () => undefined;
    const cart = await desk.send<{ id: string }>('POST', 'carts', {});
    await eventually('the first webhook', () => receiver.received.length > 0);
    await shop.kill();
    receiver.answering = answer(200);
    await shop.restart();

    const match = { 'If-Match': cart.headers.get('etag') ?? '' };
    await (await WebhookDesk.open(shop.url)).send('PATCH', `carts/${cart.body.id}`, { note: 'ring' }, match);
    const deliveries = await desk.until(
      id,
      cart.body.id,
      (found) => found.length === 2 && found.every(({ status }) => status === 'delivered'),
    );
    const ids = deliveries.map(({ eventId }) => eventId).reverse();
    expect(receiver.ids.slice(0, 2)).toEqual([ids[0], ids[0]]);
    expect(receiver.ids.at(-1)).toBe(ids[1]);
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
    // The try that was cut off is in no log; what is there are tries that came to an end.
    expect(deliveries.at(-1)?.attempts).toMatchObject([{ number: 1, result: 'succeeded' }]);
  }, 120_000);
});
