import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** Of the contract: what a request means may change with it. */
const apiVersion = '1';

export interface Fingerprinted {
  method: string;
  /** Path and query, as they were asked. */
  url: string;
  /** As received, before defaults; bytes where it is not JSON. */
  body: unknown;
}

/** SHA-256, in hex, of all that makes two requests the same; credentials and trace headers are not in it. */
export function fingerprintOf({ method, url, body }: Fingerprinted): string {
  const { pathname, searchParams } = new URL(url, 'http://host');
  const query = [...searchParams]
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .sort()
    .join('&');
  const hash = createHash('sha256').update([method, pathname, query, apiVersion, ''].join('\n'));
  return hash.update(Buffer.isBuffer(body) ? body : canonicalJson(body)).digest('hex');
}
