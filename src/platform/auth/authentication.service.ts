import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { TokenInvalid } from './auth.errors.js';
import { BearerTokens } from './bearer-tokens.service.js';
import type { Principal } from './principal.js';
import { SecretTokens } from './secret-tokens.service.js';

export interface Proof {
  principal: Principal;
  presentedCartId?: string;
  /** Whether a guest's token came along that opens nothing. */
  hasDeadToken: boolean;
}

/** Who the headers prove to be asking; tokens are read from headers alone, never from an address. */
@Injectable()
export class Authentication {
  constructor(
    private readonly bearers: BearerTokens,
    private readonly secretTokens: SecretTokens,
  ) {}

  /** @throws TokenInvalid for an Authorization header that proves nothing */
  async prove({ headers }: Pick<Request, 'headers'>): Promise<Proof> {
    const bearer =
      headers.authorization === undefined
        ? undefined
        : await this.bearers.authenticate(bearerOf(headers.authorization));
    const cartToken = one(headers['cart-token']);
    const orderToken = one(headers['order-token']);
    const cartId =
      cartToken === undefined ? undefined : await this.secretTokens.authenticate('cart', cartToken);
    const orderId =
      orderToken === undefined ? undefined : await this.secretTokens.authenticate('order', orderToken);
    const hasDeadToken =
      (cartToken !== undefined && cartId === undefined) ||
      (orderToken !== undefined && orderId === undefined);
    return { principal: bearer ?? guest(cartId, orderId), presentedCartId: cartId, hasDeadToken };
  }
}

function guest(cartId: string | undefined, orderId: string | undefined): Principal {
  return cartId === undefined && orderId === undefined
    ? { kind: 'anonymous' }
    : { kind: 'guest', cartId, orderId };
}

function bearerOf(header: string): string {
  const token = /^Bearer +([^\s,]+)$/i.exec(header.trim())?.[1];
  if (token === undefined) throw new TokenInvalid('Authorization takes one bearer token');
  return token;
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join() : header;
}
