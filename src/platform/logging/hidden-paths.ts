/** Fields that hold a secret or a person's data, by whatever name of object they lie in. */
const hidden = [
  'authorization',
  'cart-token',
  'order-token',
  'cookie',
  'password',
  'secret',
  'token',
  'email',
  'phone',
  'shippingAddress',
  'billingAddress',
  'address',
  'parameters',
];

/** Paths for pino, down to the third level; what lies deeper is not logged by this house. */
export const hiddenPaths = hidden.flatMap((name) => ['', '*.', '*.*.'].map((prefix) => pathOf(prefix, name)));

function pathOf(prefix: string, name: string): string {
  const isPlain = /^\w+$/.test(name);
  return isPlain ? `${prefix}${name}` : `${prefix.replace(/\.$/, '')}["${name}"]`;
}
