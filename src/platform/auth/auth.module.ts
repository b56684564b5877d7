import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authentication } from './authentication.service.js';
import { BearerTokens } from './bearer-tokens.service.js';
import { DevelopmentController } from './development.controller.js';
import { DevelopmentIssuer } from './development-issuer.js';
import { PermissionCheck } from './permission.check.js';
import { PermissionGuard } from './permission.guard.js';
import { SecretTokens } from './secret-tokens.service.js';
import { SecretTokensRepository } from './secret-tokens.repository.js';
import { SecretsRepository } from './secrets.repository.js';
import { TokenKeys } from './token-keys.js';

@Global()
@Module({
  controllers: [DevelopmentController],
  providers: [
    Authentication,
    BearerTokens,
    DevelopmentIssuer,
    PermissionCheck,
    SecretTokens,
    SecretTokensRepository,
    SecretsRepository,
    TokenKeys,
    { provide: APP_GUARD, useClass: PermissionGuard },
  ],
  exports: [SecretTokens, DevelopmentIssuer],
})
export class AuthModule {}
