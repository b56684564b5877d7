import { endpointUrl } from './endpoint-url.js';

const strict = { isPrivateAllowed: false };

it.each([
  ['https://hooks.example/shop?x=1', 'https://hooks.example/shop?x=1'],
  ['https://hooks.example:443', 'https://hooks.example/'],
  ['https://hooks.example:8443/', 'https://hooks.example:8443/'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ['https://HOOKS.Example/', 'https://hooks.example/'],
  ['https://0x7f.1/', 'https://127.0.0.1/'],
  ['https://2130706433/', 'https://127.0.0.1/'],
  ['https://①②⑦.0.0.1/', 'https://127.0.0.1/'],
])('takes %s as %s', (given, written) => {
  expect(endpointUrl(given, strict).href).toBe(written);
});

it.each([
  'http://hooks.example/',
  'ftp://hooks.example/',
  'file:///etc/passwd',
  'gopher://hooks.example/',
  'https://user@hooks.example/',
  'https://user:pass@hooks.example/',
  'https://hooks.example/#part',
  'https://hooks.example:22/',
  'https://hooks.example:5432/',
  'https://hooks.example:80/',
  'https://hooks.example:99999/',
  'https://',
  'hooks.example',
  '//hooks.example',
])('refuses %s', (given) => {
  expect(() => endpointUrl(given, strict)).toThrow(expect.objectContaining({ code: 'webhook-url-refused' }));
});

it('takes http and any port in a trial that allows it, and still no password', () => {
  const trial = { isPrivateAllowed: true };
  expect(endpointUrl('http://127.0.0.1:9000/', trial).port).toBe('9000');
  expect(() => endpointUrl('http://user:pass@127.0.0.1:9000/', trial)).toThrow('password');
});
