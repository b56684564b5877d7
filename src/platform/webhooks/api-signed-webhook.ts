import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';

const headers = {
  'webhook-id': 'the same at every try',
  'webhook-timestamp': 'seconds since 1970, at most five minutes away',
  'webhook-signature':
    '`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between',
};

/** What a handler that verifies by `WebhookSignatures` takes, as the document tells it. */
export const ApiSignedWebhook = (): MethodDecorator =>
  applyDecorators(
    ...Object.entries(headers).map(([name, description]) => ApiHeader({ name, description, required: true })),
    ApiBody({ schema: { type: 'object', description: 'as its sender documents it' } }),
  );
