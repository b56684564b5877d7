import { Body, Controller, Post, Req, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { DomainError } from '../errors/domain-error.js';
import { NotIdempotent } from '../idempotency/idempotent.decorator.js';
import {
  DevelopmentIssuer,
  type DevelopmentTokenRequest,
  developmentTokenRequest,
  developmentTokenSeconds,
} from './development-issuer.js';
import { isFromThisMachine } from './loopback.js';
import { Permission } from './permission.decorator.js';

@Controller({ path: 'dev', version: VERSION_NEUTRAL })
@ApiExcludeController()
export class DevelopmentController {
  constructor(private readonly issuer: DevelopmentIssuer) {}

  /** A token for any role, for whoever sits at this machine; there is no such thing outside development. */
  @Post('token')
  @Permission('public')
  @NotIdempotent('each call makes a new token and changes nothing')
  async token(
    @Req() request: Request,
    @Body({ schema: developmentTokenRequest }) body: DevelopmentTokenRequest,
  ): Promise<{ accessToken: string; tokenType: 'Bearer'; expiresInSeconds: number }> {
    if (!isFromThisMachine(request))
      throw new DomainError('not-found', 'not-found', 'there is nothing at this address');
    const accessToken = await this.issuer.token(body);
    return { accessToken, tokenType: 'Bearer', expiresInSeconds: developmentTokenSeconds };
  }
}
