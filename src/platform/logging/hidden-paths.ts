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
  // PostgreSQL's word on a failed constraint: the whole row, with its address.
  'detail',
];

/** Down to the third level, and what a worker gathers of several failures; nothing else that lies deeper is logged by this house. */
const places = ['', '*.', '*.*.', 'err.aggregateErrors[*].', 'err.aggregateErrors[*].driverError.'];

/** Paths for pino. */
export const hiddenPaths = hidden.flatMap((name) => places.map((prefix) => pathOf(prefix, name)));

function pathOf(prefix: string, name: string): string {
  const isPlain = /^\w+$/.test(name);
  return isPlain ? `${prefix}${name}` : `${prefix.replace(/\.$/, '')}["${name}"]`;
}
