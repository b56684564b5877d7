export { ApiSignedWebhook } from './api-signed-webhook.js';
export { SignatureInvalid, WebhookSignatures } from './webhook-signatures.js';
export type { SignedWebhook } from './webhook-signatures.js';
export { WebhooksModule } from './webhooks.module.js';
