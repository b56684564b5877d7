import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authentication } from './authentication.service.js';
import { BearerTokens } from './bearer-tokens.service.js';
import { DevelopmentController } from './development.controller.js';
import { DevelopmentIssuer } from './development-issuer.js';
import { PermissionCheck } from './permission.check.js';
import { PermissionGuard } from './permission.guard.js';
import { SecretBox } from './secret-box.js';
import { SecretTokens } from './secret-tokens.service.js';
import { SecretTokensRepository } from './secret-tokens.repository.js';
import { SecretsRepository } from './secrets.repository.js';
import { TokenKeys } from './token-keys.js';
import { TokenRevealers } from './token-revealers.js';

@Global()
@Module({
  controllers: [DevelopmentController],
  providers: [
    Authentication,
    BearerTokens,
    DevelopmentIssuer,
    PermissionCheck,
    SecretBox,
    SecretTokens,
    SecretTokensRepository,
    SecretsRepository,
    TokenKeys,
    TokenRevealers,
    { provide: APP_GUARD, useClass: PermissionGuard },
  ],
  exports: [SecretBox, SecretTokens, TokenRevealers, DevelopmentIssuer],
})
export class AuthModule {}
