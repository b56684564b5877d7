import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CryptoKey, JWK, JWTPayload, SignJWT, exportJWK, generateKeyPair, importJWK } from 'jose';
import { z } from 'zod';
import { CONFIG, type Config } from '../config/config.js';
import { DomainError } from '../errors/domain-error.js';
import { type Issuer, customerIdOf } from './issuer.js';
import type { Principal } from './principal.js';
import { SecretsRepository } from './secrets.repository.js';

const issuerName = 'urn:cart:dev';
const audience = 'urn:cart:api';
const algorithm = 'ES256';

/** How long a token of the development issuer is good. */
export const developmentTokenSeconds = 3600;

const role = z.enum(['customer', 'support', 'fulfilment', 'finance', 'admin', 'service']);

export const developmentTokenRequest = z
  .strictObject({
    role,
    subject: z
      .string()
      .regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 visible ASCII characters')
      .optional(),
    scopes: z
      .array(z.string().regex(/^[a-z]+:[a-z]+$/))
      .max(50)
      .optional(),
  })
  .meta({ id: 'DevelopmentTokenRequest' });
export type DevelopmentTokenRequest = z.output<typeof developmentTokenRequest>;

const claimsSchema = z.object({ sub: z.string().min(1), role, scope: z.string().default('') });

interface Keys {
  sign: CryptoKey;
  verify: CryptoKey;
}

/** Stands in for the identity provider while developing: its key lies in the database, so that all processes share it. */
@Injectable()
export class DevelopmentIssuer implements OnModuleInit {
  private keys: Keys | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly secrets: SecretsRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.authMode !== 'dev') return;
    const stored =
      (await this.secrets.find('development-issuer')) ??
      (await this.secrets.keep('development-issuer', await makeKey()));
    const jwk = JSON.parse(stored) as JWK;
    const { d: _private, ...publicPart } = jwk;
    this.keys = { sign: await importKey(jwk), verify: await importKey(publicPart) };
  }

  /** A bearer token, good for an hour. @throws DomainError `not-found` where there is no development sign-in */
  async token(request: DevelopmentTokenRequest): Promise<string> {
    if (!this.keys) throw new DomainError('not-found', 'not-found', 'there is no development sign-in here');
    return new SignJWT({ role: request.role, scope: (request.scopes ?? []).join(' ') })
      .setProtectedHeader({ alg: algorithm, typ: 'at+jwt' })
      .setIssuer(issuerName)
      .setAudience(audience)
      .setSubject(request.subject ?? request.role)
      .setIssuedAt()
      .setExpirationTime(`${developmentTokenSeconds}s`)
      .sign(this.keys.sign);
  }

  get issuer(): Issuer | undefined {
    const { keys } = this;
    if (!keys) return undefined;
    return {
      issuer: issuerName,
      audience,
      algorithms: [algorithm],
      key: () => Promise.resolve(keys.verify),
      principalOf,
    };
  }
}

function principalOf(claims: JWTPayload): Principal | undefined {
  const known = claimsSchema.safeParse(claims);
  if (!known.success) return undefined;
  const { sub, role: given, scope } = known.data;
  if (given === 'customer') return { kind: 'customer', customerId: customerIdOf(issuerName, sub) };
  if (given === 'service')
    return { kind: 'service', serviceId: `dev/${sub}`, scopes: scope.split(' ').filter(Boolean) };
  return { kind: 'staff', staffId: `dev/${sub}`, roles: [given] };
}

async function makeKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new Error('the development issuer has no key pair');
  return key;
}
