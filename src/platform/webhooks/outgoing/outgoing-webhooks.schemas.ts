import { z } from 'zod';
import { cursorQuery, page, text } from '../../http/index.js';
import { attemptResults, webhookDeliveryStatuses } from './webhook-delivery-status.js';
import { disabledReasons, endpointStatuses } from './webhook-endpoint.entity.js';

const instant = z.iso.datetime({ offset: true });

const url = text(2000).describe('https on port 443 or 8443, on the open Internet');
const types = z
  .array(text(100))
  .min(1)
  .max(100)
  .nullable()
  .describe('events that it is told, such as `order.placed`; null for all, future ones included');
const description = text(500).nullable();

export const newEndpointRequest = z
  .strictObject({ url, types: types.optional(), description: description.optional() })
  .meta({ id: 'NewWebhookEndpoint' });
export type NewEndpointRequest = z.output<typeof newEndpointRequest>;

export const endpointChangeRequest = z
  .strictObject({
    url,
    types,
    description,
    status: z.enum(endpointStatuses).describe('what waits for a disabled one is sent once it is enabled'),
  })
  .partial()
  .meta({ id: 'WebhookEndpointChange' });
export type EndpointChangeRequest = z.output<typeof endpointChangeRequest>;

const longestOverlapSeconds = 604_800;

export const rotationRequest = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(longestOverlapSeconds)
      .default(86_400)
      .describe('how long the secrets before sign too; 0 where one has leaked'),
  })
  .default({ overlapSeconds: 86_400 })
  .meta({ id: 'WebhookSecretRotation' });
export type RotationRequest = z.output<typeof rotationRequest>;

export const endpointView = z
  .object({
    id: z.uuid(),
    url: z.string(),
    description: z.string().nullable(),
    types: z.array(z.string()).nullable(),
    status: z.enum(endpointStatuses).meta({ 'x-extensible-enum': endpointStatuses }),
    disabledReason: z
      .enum(disabledReasons)
      .nullable()
      .meta({ 'x-extensible-enum': [...disabledReasons, null] })
      .describe('`gone`: it answered 410; `failing`: it took nothing for days while tries failed'),
    version: z.int(),
    createdAt: instant,
    changedAt: instant,
    secrets: z
      .array(z.object({ id: z.uuid(), createdAt: instant, retiresAt: instant.nullable() }))
      .describe('those that sign, newest first'),
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpointView = z.output<typeof endpointView>;

export const endpointPage = page(endpointView, 'WebhookEndpointPage');
export const endpointListQuery = cursorQuery;
export type EndpointListQuery = z.output<typeof endpointListQuery>;

export const deliveryView = z
  .object({
    id: z.uuid(),
    endpointId: z.uuid(),
    eventId: z.uuid().describe('the `webhook-id` of every try'),
    type: z.string(),
    key: z.string().describe('what is delivered in order, such as the order’s id'),
    status: z.enum(webhookDeliveryStatuses).meta({ 'x-extensible-enum': webhookDeliveryStatuses }),
    tries: z.int().describe('since it was published, or told to be delivered again'),
    nextTryAt: instant.nullable(),
    createdAt: instant,
    finishedAt: instant.nullable(),
    attempts: z
      .array(
        z.object({
          number: z.int(),
          result: z
            .enum(attemptResults)
            .meta({ 'x-extensible-enum': attemptResults })
            .describe('`expired`: no try; it stood behind others until it was too old'),
          status: z.int().nullable().describe('HTTP status; null where no answer came'),
          durationMs: z.int(),
          attemptedAt: instant,
        }),
      )
      .describe('the latest twenty, newest first'),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryView = z.output<typeof deliveryView>;

export const deliveryPage = page(deliveryView, 'WebhookDeliveryPage');
export const deliveryListQuery = cursorQuery.extend({
  status: z.enum(webhookDeliveryStatuses).optional(),
  key: text(200).optional().describe('such as an order’s id'),
});
export type WebhookDeliveryListQuery = z.output<typeof deliveryListQuery>;

/** What the cursors of deliveries and endpoints hold. */
export const deliveryPosition = z.tuple([z.int().min(0)]);
export const endpointPosition = z.tuple([z.uuid()]);

export const nothing = z.strictObject({}).default({}).meta({ id: 'WebhookDeliveryMove' });
