import { z } from 'zod';
import { totalsSchema } from './totals.js';

export const cartProblemCodes = [
  'empty',
  'email-missing',
  'address-missing',
  'not-available',
  'out-of-stock',
  'price-changed',
  'quantity-limit',
  'line-limit',
  'total-too-large',
  'cart-not-open',
] as const;

const cartProblem = z
  .object({
    code: z.enum(cartProblemCodes).meta({ 'x-extensible-enum': cartProblemCodes }),
    isBlocking: z
      .boolean()
      .describe('whether a checkout would be refused; a changed price only wants to be shown'),
    pointer: z.string().describe('JSON Pointer into the cart'),
    message: z.string(),
    lineId: z.uuid().optional(),
    sku: z.string().optional(),
    requested: z.int().optional().describe('units in the cart'),
    available: z.int().optional().describe('units that could be promised now, at most those requested'),
    seenUnitPrice: z.int().optional(),
    unitPrice: z.int().optional().describe('price of today'),
    limit: z.int().optional(),
  })
  .meta({ id: 'CartProblem' });
export type CartProblem = z.output<typeof cartProblem>;

export const cartValidation = z
  .object({
    isReady: z.boolean().describe('whether nothing keeps the cart from checkout'),
    problems: z.array(cartProblem),
    totals: totalsSchema.optional().describe('absent where the total is too large'),
  })
  .meta({ id: 'CartValidation' });
export type CartValidation = z.output<typeof cartValidation>;
