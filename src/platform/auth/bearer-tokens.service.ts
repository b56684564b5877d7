import { Injectable } from '@nestjs/common';
import { decodeJwt, errors, jwtVerify } from 'jose';
import { TokenInvalid } from './auth.errors.js';
import { DevelopmentIssuer } from './development-issuer.js';
import type { Issuer } from './issuer.js';
import type { Principal } from './principal.js';

/** Verifies `Authorization: Bearer` tokens against the issuers that this server trusts. */
@Injectable()
export class BearerTokens {
  constructor(private readonly development: DevelopmentIssuer) {}

  /** @throws TokenInvalid for whatever is wrong with it */
  async authenticate(token: string): Promise<Principal> {
    try {
      return await this.verify(token);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new TokenInvalid('it is expired');
      if (error instanceof errors.JOSEError) throw new TokenInvalid();
      throw error;
    }
  }

  private async verify(token: string): Promise<Principal> {
    const claimed = decodeJwt(token).iss;
    const issuer = this.issuers.find((one) => one.issuer === claimed);
    if (!issuer) throw new TokenInvalid();
    const { payload } = await jwtVerify(token, (header) => issuer.key(header), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: issuer.algorithms,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: 30,
      maxTokenAge: '1h',
    });
    const principal = issuer.principalOf(payload);
    if (!principal) throw new TokenInvalid();
    return principal;
  }

  private get issuers(): Issuer[] {
    return this.development.issuer ? [this.development.issuer] : [];
  }
}
