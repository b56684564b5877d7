import { createHash } from 'node:crypto';
import { eventsPage } from '../../src/platform/events/page/events-page.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { committedContract } from '../support/event-contract.js';

const document = committedContract();
const attack = '<script>alert("`1`")</script>';

describe('the page of the events', () => {
  let shop: TestApp;
  let page: { text: string; headers: Record<string, string> };

  beforeAll(async () => {
    shop = await startTestApp({ EVENT_PREFIX: 'northern' });
    page = await shop.request
      .get('/docs/events')
      .expect(200)
      .expect('Content-Type', /^text\/html/);
  }, 60_000);
  afterAll(() => shop.close(), 60_000);

  it('stands beside the document, which is the committed one', async () => {
    const served = await shop.request.get('/asyncapi.json').expect(200).expect('Content-Type', /json/);
    expect(served.body).toEqual(document);
  });

  it('shows every topic under its full name, and every message with its fields and an example', () => {
    for (const { address, messages } of Object.values(document.channels)) {
      expect(page.text).toContain(`id="${address.replace('{prefix}', 'northern')}"`);
      for (const name of Object.keys(messages)) expect(page.text).toContain(`id="${name}"`);
    }
    const properties = Object.values(document.components.schemas).flatMap(({ properties = {} }) =>
      Object.keys(properties),
    );
    expect(properties.filter((name) => !page.text.includes(`<code>${name}</code>`))).toEqual([]);
    const examples = Object.values(document.components.messages).flatMap(({ examples = [] }) => examples);
    expect(page.text.match(/<pre>/g)).toHaveLength(examples.length);
  });

  it('leads only to places that are there', async () => {
    const ids = new Set([...page.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...new Set([...page.text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href))];
    const anchors = links.filter((href) => href.startsWith('#'));
    expect(anchors.filter((href) => !ids.has(href.slice(1)))).toEqual([]);
    const others = links.filter((href) => !href.startsWith('#'));
    expect(others).toEqual(['/asyncapi.json', '/docs']);
    for (const href of others) await shop.request.get(href).redirects(1).expect(200);
  });

  it('runs and loads nothing: its own style is all that its policy allows', () => {
    const policy = page.headers['content-security-policy'];
    const style = /<style>([\s\S]*?)<\/style>/.exec(page.text)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}';`);
    expect(policy).not.toContain('unsafe');
    expect(page.text).not.toMatch(/<script|<link|<img|<iframe| style=| src=| on[a-z]+=/);
  });

  it('escapes whatever the document says', () => {
    const hostile = JSON.stringify(document, (key, value: unknown) =>
      ['title', 'description', 'summary', 'sku'].includes(key) && typeof value === 'string' ? attack : value,
    );
    const text = eventsPage(JSON.parse(hostile) as typeof document, attack);
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script');
  });
});
