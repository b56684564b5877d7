import type { AttemptResult } from '../../src/platform/webhooks/outgoing/webhook-delivery-status.js';
import { ShopProcess } from '../support/shop-process.js';
import { type Certified, TestAuthority } from '../support/test-authority.js';
import { trialHooks, WebhookDesk } from '../support/webhook-desk.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

/** The server as it runs, which trusts one authority more: what it sends to is a real HTTPS server on this machine. */
describe('a webhook over HTTPS', () => {
  let trusted: TestAuthority;
  let unknown: TestAuthority;
  let shop: ShopProcess;
  let desk: WebhookDesk;
  beforeAll(async () => {
    [trusted, unknown] = [await TestAuthority.found(), await TestAuthority.found()];
    shop = await ShopProcess.start({ env: { ...trialHooks, NODE_EXTRA_CA_CERTS: trusted.file } });
    desk = await WebhookDesk.open(shop.url);
  }, 120_000);
  afterAll(async () => {
    await shop.stop();
    trusted.dissolve();
    unknown.dissolve();
  }, 60_000);

  /** Tells a receiver with this certificate, at https://localhost, of one event; how the tries ended, and what came. */
  async function told(certified: Certified): Promise<{ results: AttemptResult[]; bodies: string[] }> {
    const receiver = await WebhookReceiver.open(certified);
    try {
      const { id } = await desk.register(receiver.url, ['cart.created']);
      const cart = await desk.send<{ id: string }>('POST', 'carts', {});
      const [delivery] = await desk.until(
        id,
        cart.body.id,
        ([last]) => (last?.status ?? 'pending') !== 'pending',
      );
      await desk.send('DELETE', `webhook-endpoints/${id}`);
      return {
        results: (delivery?.attempts ?? []).map(({ result }) => result),
        bodies: receiver.received.map(({ body }) => body),
      };
    } finally {
      await receiver.close();
    }
  }

  it('reaches a receiver whose certificate is for its name and by an authority that is trusted', async () => {
    const { results, bodies } = await told(await trusted.certify('localhost'));
    expect(results).toEqual(['succeeded']);
    expect(bodies).toEqual([expect.stringContaining('cart.created')]);
  });

  it.each([
    ['is for another name', () => trusted.certify('another.example')],
    ['is by an authority that nobody trusts', () => unknown.certify('localhost')],
  ])('is not sent to a receiver whose certificate %s', async (_what, certify) => {
    const { results, bodies } = await told(await certify());
    expect(results).toEqual(Array(4).fill('unreachable'));
    expect(bodies).toEqual([]);
  });
});
