import { WebhookUrlRefused } from './outgoing-webhooks.errors.js';

/** Of HTTPS; whoever could name any port could knock at databases and mail servers. */
const openPorts: ReadonlySet<string> = new Set(['', '443', '8443']);

/**
 * The address of an endpoint as the WHATWG parser writes it: numeric hosts in their plain form, names in ASCII.
 * @throws WebhookUrlRefused (422 `webhook-url-refused`)
 */
export function endpointUrl(text: string, { isPrivateAllowed }: { isPrivateAllowed: boolean }): URL {
  if (!URL.canParse(text)) throw new WebhookUrlRefused('is not a URL');
  const url = new URL(text);
  const isTrialUrl = isPrivateAllowed && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isTrialUrl) throw new WebhookUrlRefused('must be https');
  if (url.username !== '' || url.password !== '')
    throw new WebhookUrlRefused('must not name a user or a password');
  if (url.hash !== '') throw new WebhookUrlRefused('must not have a fragment');
  if (!isPrivateAllowed && !openPorts.has(url.port)) throw new WebhookUrlRefused('takes port 443 or 8443');
  return url;
}
