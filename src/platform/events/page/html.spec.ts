import { html, prose } from './html.js';

const attack = '<script>alert("1")</script>';

describe('markup', () => {
  it('escapes all that is put in, in text, attributes, lists and code', () => {
    const { text } = html`<a href="${attack}">${[attack, html`<b>${attack}</b>`]}</a
      >${prose(`so \`${attack}\` it is`)}`;
    expect(text).not.toContain('<script');
    expect(text.match(/&lt;script&gt;alert\(&quot;1&quot;\)/g)).toHaveLength(4);
    expect(text).toContain('<b>&lt;');
    expect(text).toContain('so <code>&lt;');
  });

  it('leaves out what is undefined', () => {
    expect(html`<p>${undefined}${0}</p>`.text).toBe('<p>0</p>');
  });
});
