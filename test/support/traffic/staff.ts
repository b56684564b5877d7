import type { ShopClient } from '../../../src/replay/shop-client.js';

/** A bearer token of the development issuer. */
export async function staffToken(client: ShopClient, role = 'admin'): Promise<string> {
  const answer = await client.send({ method: 'POST', path: '/dev/token', body: { role } });
  return (answer.body as { accessToken: string }).accessToken;
}

/** Puts items named `${prefix}-0` … on the shelf, `units` of each; answers their skus. */
export async function stockItems(
  client: ShopClient,
  token: string,
  { prefix, count, units }: { prefix: string; count: number; units: number },
): Promise<string[]> {
  const skus = Array.from({ length: count }, (_none, index) => `${prefix}-${index}`);
  const rows = skus.map((sku, index) =>
    JSON.stringify({ sku, name: `Item ${sku}`, priceMinor: 100 + index, active: true, receive: units }),
  );
  await client.send({
    method: 'POST',
    path: '/v1/imports',
    body: rows.join('\n'),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
  });
  return skus;
}
