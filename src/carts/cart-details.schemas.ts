import { z } from 'zod';
import { text } from '../platform/http/index.js';

/** Personal data: kept in named columns of cart, order and delivery only. */
export const addressSchema = z
  .strictObject({
    name: text(200),
    line1: text(200),
    line2: text(200).optional(),
    city: text(100),
    region: text(100).optional(),
    postalCode: text(20),
    country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code'),
    phone: text(40).optional(),
  })
  .meta({ id: 'Address' });
export type Address = z.output<typeof addressSchema>;

export const emailSchema = z
  .email()
  .max(254)
  .meta({ examples: ['shopper@example.com'] });

export const noteSchema = text(2000);

export const cartDetailsRequest = z
  .strictObject({
    email: emailSchema.nullable(),
    shippingAddress: addressSchema.nullable(),
    billingAddress: addressSchema.nullable().describe('the shipping address where null'),
    note: noteSchema.nullable(),
  })
  .partial()
  .refine((details) => Object.keys(details).length > 0, 'must name at least one detail')
  .meta({ id: 'CartDetails', description: 'what is absent stays as it is, null takes it away' });
export type CartDetailsRequest = z.output<typeof cartDetailsRequest>;
