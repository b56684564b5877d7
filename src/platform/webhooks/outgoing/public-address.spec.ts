import { isPublicAddress, literalAddress } from './public-address.js';

it.each(['8.8.8.8', '93.184.215.14', '2606:4700::1111', '2a00:1450:4009::200e'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each([
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.0.9'],
  ['loopback', '::1'],
  ['nothing', '0.0.0.0'],
  ['nothing', '::'],
  ['private', '10.1.2.3'],
  ['private', '172.16.0.1'],
  ['private', '192.168.1.1'],
  ['private', 'fd00::1'],
  ['link-local, where clouds keep their metadata', '169.254.169.254'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['multicast', '224.0.0.1'],
  ['multicast', 'ff02::1'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['documentation', '192.0.2.1'],
  ['documentation', '2001:db8::1'],
  ['benchmarking', '198.18.0.1'],
  ['IPv4 mapped, private', '::ffff:7f00:1'],
  ['IPv4 mapped, public', '::ffff:8.8.8.8'],
  ['IPv4 compatible', '::7f00:1'],
  ['NAT64', '64:ff9b::7f00:1'],
  ['NAT64 of a network', '64:ff9b:1::7f00:1'],
  ['6to4', '2002:7f00:1::'],
  ['Teredo', '2001::7f00:1'],
  ['IPv6 that nobody was given', '5f00::1'],
  ['no address', 'localhost'],
])('%s is not public: %s', (_kind, address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it('finds the address that stands in a URL, and none in a name', () => {
  expect(literalAddress(new URL('https://[::1]/').hostname)).toBe('::1');
  expect(literalAddress(new URL('https://0x7f.1/').hostname)).toBe('127.0.0.1');
  expect(literalAddress('shop.example')).toBeUndefined();
});
