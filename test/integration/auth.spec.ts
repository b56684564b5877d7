import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { Controller, Get, Param, Post } from '@nestjs/common';
import { SignJWT, UnsecuredJWT, decodeJwt, exportJWK, generateKeyPair, importJWK } from 'jose';
import {
  CurrentGrant,
  CurrentOwner,
  CurrentPrincipal,
  type Grant,
  Permission,
  PresentedCart,
  SecretTokens,
} from '../../src/platform/auth/index.js';
import type { Owner, Principal } from '../../src/platform/auth/index.js';
import { Transaction } from '../../src/platform/database/transaction.js';
import { currentActor, noContent, type Answer } from '../../src/platform/http/index.js';
import { Idempotency, Idempotent, NotIdempotent } from '../../src/platform/idempotency/index.js';
import { createTestDatabase, TestDatabase } from '../support/database.js';
import { PlatformApp, type Role, startPlatformApp } from '../support/platform-app.js';

@Controller('doors')
class DoorsController {
  @Get('items')
  @Permission('items:read')
  items(@CurrentOwner() owner: Owner): object {
    return { owner };
  }

  @Get('carts')
  @Permission('carts:read', { own: true })
  cart(
    @CurrentPrincipal() principal: Principal,
    @CurrentOwner() owner: Owner,
    @PresentedCart() presented: string | undefined,
  ): object {
    return { principal, owner, presented: presented ?? null, actor: currentActor() };
  }

  @Get('carts-of-all')
  @Permission('carts:list')
  carts(): object {
    return {};
  }

  @Get('cancel')
  @Permission('orders:cancel', { own: true })
  cancel(@CurrentGrant() grant: Grant): object {
    return { grant };
  }

  @Get('deliveries')
  @Permission('deliveries:write')
  deliveries(): object {
    return {};
  }

  @Get('captures')
  @Permission('payments:capture')
  captures(): object {
    return {};
  }

  @Get('redrive')
  @Permission('events:redrive')
  redrive(): object {
    return {};
  }

  @Post('open/:id')
  @Permission('public')
  @NotIdempotent('a page')
  open(@Param('id') _id: string): Answer {
    return noContent();
  }
}

@Controller('unmarked')
class UnmarkedController {
  @Get()
  forgotten(): object {
    return {};
  }
}

@Controller('unguarded')
class UnguardedController {
  constructor(readonly idempotency: Idempotency) {}

  @Post()
  @Permission('public')
  forgotten(): object {
    return {};
  }

  @Post('half')
  @Permission('public')
  @Idempotent({ required: true })
  half(): object {
    return {};
  }
}

const cartId = '0198a5a5-0000-7000-8000-00000000000c';
const orderId = '0198a5a5-0000-7000-8000-00000000000d';
let database: TestDatabase;
let shop: PlatformApp;
let cartToken: string;
let orderToken: string;

async function issue(app: PlatformApp, purpose: 'cart' | 'order', subjectId: string): Promise<string> {
  const tokens = app.app.get(SecretTokens);
  return (await app.app.get(Transaction).run(() => tokens.issue(purpose, subjectId))).token;
}

beforeAll(async () => {
  database = await createTestDatabase();
  shop = await startPlatformApp(database, { controllers: [DoorsController] });
  cartToken = await issue(shop, 'cart', cartId);
  orderToken = await issue(shop, 'order', orderId);
});

afterAll(async () => {
  await shop?.app.close();
  await database?.drop();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  shop.request.get(`/v1/doors/${path}`).set(headers);

describe('the guard', () => {
  const doors = ['items', 'carts', 'carts-of-all', 'cancel', 'deliveries', 'captures', 'redrive'];
  const expected: [string, string, number[]][] = [
    ['nobody', 'none', [200, 401, 401, 401, 401, 401, 401]],
    ['a guest', 'guest', [200, 200, 403, 200, 403, 403, 403]],
    ['a customer', 'customer', [200, 200, 403, 200, 403, 403, 403]],
    ['support', 'support', [200, 200, 200, 200, 403, 403, 403]],
    ['fulfilment', 'fulfilment', [200, 403, 403, 403, 200, 403, 403]],
    ['finance', 'finance', [200, 403, 403, 403, 403, 200, 403]],
    ['an administrator', 'admin', [200, 200, 200, 200, 200, 200, 200]],
    ['a service without scopes', 'service', [403, 403, 403, 403, 403, 403, 403]],
  ];

  it.each(expected)('lets %s through where the table says so', async (_name, role, statuses) => {
    const found: number[] = [];
    for (const door of doors) found.push((await get(door, await headersOf(role))).status);
    expect(found).toEqual(statuses);
  });

  it('lets a service through by its scopes alone', async () => {
    const headers = {
      Authorization: await shop.bearer('service', 'reader', ['items:read', 'carts:read', 'events:redrive']),
    };
    expect((await get('items', headers)).status).toBe(200);
    expect((await get('carts', headers)).body).toMatchObject({
      owner: { kind: 'any' },
      actor: 'service:dev/reader',
    });
    expect((await get('redrive', headers)).status).toBe(403);
    const refused = await get('captures', headers);
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="payments:capture"',
    );
  });

  it('tells strangers how to sign in', async () => {
    const refused = await get('carts');
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect(refused.body).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('gives the handler the condition it must hold', async () => {
    expect((await get('cancel', await headersOf('guest'))).body).toEqual({
      grant: { reach: 'own', condition: 'before-capture' },
    });
    expect((await get('cancel', await headersOf('support'))).body).toEqual({
      grant: { reach: 'any', condition: 'before-ship' },
    });
  });

  it('asks nobody for proof at a public door', async () => {
    await shop.request.post('/v1/doors/open/1').set('Authorization', 'Bearer nonsense').expect(204);
  });

  async function headersOf(role: string): Promise<Record<string, string>> {
    if (role === 'none') return {};
    if (role === 'guest') return { 'Cart-Token': cartToken };
    return { Authorization: await shop.bearer(role as Role) };
  }
});

describe('a start', () => {
  it('is refused while a handler has no permission mark', async () => {
    await expect(startPlatformApp(database, { controllers: [UnmarkedController] })).rejects.toThrow(
      /UnmarkedController\.forgotten/,
    );
  });

  it('is refused while a POST may be done twice', async () => {
    const start = startPlatformApp(database, { controllers: [UnguardedController] });
    await expect(start).rejects.toThrow(/UnguardedController\.forgotten, UnguardedController\.half/);
  });
});

describe('a guest', () => {
  it('is who the tokens were issued for', async () => {
    const both = await get('carts', { 'Cart-Token': cartToken, 'Order-Token': orderToken });
    expect(both.body).toEqual({
      principal: { kind: 'guest', cartId, orderId },
      owner: { kind: 'guest', cartId, orderId },
      presented: cartId,
      actor: `guest:${cartId}`,
    });
    expect((await get('carts', { 'Order-Token': orderToken })).body).toMatchObject({
      owner: { kind: 'guest', orderId },
    });
  });

  it('finds nothing behind a token that was guessed, cut, or made for something else', async () => {
    const flipped = cartToken.slice(0, -2) + (cartToken.endsWith('AA') ? 'BB' : 'AA');
    for (const token of ['x', cartToken.slice(0, -1), flipped, orderToken, `ct_${'A'.repeat(43)}`]) {
      expect((await get('carts', { 'Cart-Token': token })).status).toBe(404);
      expect((await get('items', { 'Cart-Token': token })).status).toBe(200);
      expect((await get('redrive', { 'Cart-Token': token })).status).toBe(401);
    }
    expect((await shop.request.get(`/v1/doors/carts?cartToken=${cartToken}`)).status).toBe(401);
  });

  it('finds nothing any more once the token is spent', async () => {
    const id = '0198a5a5-0000-7000-8000-00000000000e';
    const token = await issue(shop, 'cart', id);
    expect((await get('carts', { 'Cart-Token': token })).status).toBe(200);
    await shop.app.get(SecretTokens).spend('cart', id);
    expect((await get('carts', { 'Cart-Token': token })).status).toBe(404);
    expect(await shop.app.get(SecretTokens).again('cart', id)).toBeUndefined();
  });

  it('keeps a token alive by using it, written once a day', async () => {
    const expiry = async (): Promise<Date> => {
      const { rows } = await database.query<{ expires_at: Date }>(
        `select expires_at from auth.secret_token where subject_id = $1`,
        [cartId],
      );
      return rows[0]?.expires_at ?? new Date(0);
    };
    const before = await expiry();
    await get('carts', { 'Cart-Token': cartToken });
    expect(await expiry()).toEqual(before);
    await database.query(
      `update auth.secret_token set expires_at = expires_at - interval '2 days' where subject_id = $1`,
      [cartId],
    );
    await get('carts', { 'Cart-Token': cartToken });
    expect((await expiry()).getTime()).toBeGreaterThanOrEqual(before.getTime());
    await database.query(`update auth.secret_token set expires_at = now() where subject_id = $1`, [cartId]);
    expect((await get('carts', { 'Cart-Token': cartToken })).status).toBe(404);
    await database.query(
      `update auth.secret_token set expires_at = now() + interval '30 days' where subject_id = $1`,
      [cartId],
    );
  });

  it('has a token that is shown again and never stored', async () => {
    expect(await shop.app.get(SecretTokens).again('cart', cartId)).toEqual({
      purpose: 'cart',
      subjectId: cartId,
      token: cartToken,
    });
    const { rows } = await database.query<{ text: string }>(
      `select string_agg(t::text, ' ') as text from auth.secret_token t`,
    );
    expect(rows[0]?.text).not.toContain(cartToken.slice(3));
    expect(rows[0]?.text).not.toContain(Buffer.from(cartToken.slice(3), 'base64url').toString('hex'));
  });

  it('passes through a rotation of the secret, and not through its end', async () => {
    const [old, young] = ['a1'.repeat(16), 'b2'.repeat(16)];
    const id = '0198a5a5-0000-7000-8000-00000000000f';
    const start = (environment: NodeJS.ProcessEnv): Promise<PlatformApp> =>
      startPlatformApp(database, { controllers: [DoorsController], environment });
    const before = await start({ TOKEN_SECRET: old });
    const token = await issue(before, 'cart', id);
    await before.app.close();
    const during = await start({ TOKEN_SECRET: young, TOKEN_SECRET_PREVIOUS: old });
    expect((await during.request.get('/v1/doors/carts').set('Cart-Token', token)).status).toBe(200);
    expect((await during.app.get(SecretTokens).again('cart', id))?.token).toBe(token);
    await during.app.close();
    const after = await start({ TOKEN_SECRET: young });
    expect((await after.request.get('/v1/doors/carts').set('Cart-Token', token)).status).toBe(404);
    await after.app.close();
  });
});

describe('a customer', () => {
  it('is the same one with every token of the same subject, and may show a guest’s cart beside it', async () => {
    const mine = await get('carts', {
      Authorization: await shop.bearer('customer', 'alice'),
      'Cart-Token': cartToken,
    });
    const again = await get('carts', { Authorization: await shop.bearer('customer', 'alice') });
    const other = await get('carts', { Authorization: await shop.bearer('customer', 'bob') });
    expect(mine.body).toMatchObject({ principal: { kind: 'customer' }, presented: cartId });
    expect(mine.body.owner).toEqual(again.body.owner);
    expect(other.body.owner).not.toEqual(again.body.owner);
    expect(again.body.presented).toBeNull();
  });
});

describe('a bearer token', () => {
  async function privateJwk(): Promise<JsonWebKey> {
    const { rows } = await database.query<{ value: string }>(
      `select value from auth.secret where name = 'development-issuer'`,
    );
    return JSON.parse(rows[0]?.value ?? '{}') as JsonWebKey;
  }

  interface Changes {
    header?: Record<string, unknown>;
    claims?: Record<string, unknown>;
    without?: string[];
    key?: Parameters<SignJWT['sign']>[0];
  }

  async function sign({ header = {}, claims = {}, without = [], key }: Changes): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all: Record<string, unknown> = {
      iss: 'urn:cart:dev',
      aud: 'urn:cart:api',
      sub: 'x',
      role: 'admin',
      iat: now,
      exp: now + 60,
      ...claims,
    };
    for (const name of without) delete all[name];
    const signer = key ?? (await importJWK((await privateJwk()) as never, 'ES256'));
    return new SignJWT(all)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header })
      .sign(signer, { crit: { x: true } });
  }

  async function refused(token: string): Promise<void> {
    const answer = await get('items', { Authorization: `Bearer ${token}` });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token"/);
  }

  it('is good when nothing is wrong with it', async () => {
    expect((await get('redrive', { Authorization: `Bearer ${await sign({})}` })).status).toBe(200);
  });

  it('is refused without a signature of ours', async () => {
    const publicPem = createPublicKey({ key: { ...(await privateJwk()) }, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString();
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = decodeJwt(await sign({}));
    for (const alg of ['none', 'None', 'NONE'])
      await refused(`${part({ alg, typ: 'at+jwt' })}.${part(claims)}.`);
    await refused(new UnsecuredJWT(claims).encode());
    const forged = `${part({ alg: 'HS256', typ: 'at+jwt' })}.${part(claims)}`;
    await refused(`${forged}.${createHmac('sha256', publicPem).update(forged).digest('base64url')}`);
    const [header, body] = (await sign({})).split('.');
    const [, , signature] = (await sign({ claims: { sub: 'y' } })).split('.');
    await refused(`${header}.${body}.${signature}`);
  });

  it('is refused when another key signed it, whatever its header points to', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    for (const header of [
      {},
      { jwk },
      { jku: 'http://127.0.0.1:9/keys' },
      { x5u: 'http://127.0.0.1:9/c' },
      { kid: "../../dev/null' or 1=1--" },
    ]) {
      await refused(await sign({ header, key: privateKey }));
    }
  });

  it('is refused with wrong claims or a wrong type', async () => {
    const now = Math.floor(Date.now() / 1000);
    const wrong: Changes[] = [
      { claims: { iss: 'urn:other' } },
      { claims: { aud: 'urn:other' } },
      { claims: { exp: now - 60 } },
      { claims: { nbf: now + 120 } },
      { claims: { iat: now + 120, exp: now + 240 } },
      { claims: { iat: now - 7200 } },
      { claims: { role: 'root' } },
      { claims: { role: ['admin'] } },
      { without: ['exp'] },
      { without: ['sub'] },
      { without: ['iat'] },
      { header: { typ: 'JWT' } },
      { header: { crit: ['x'], x: 1 } },
    ];
    for (const changes of wrong) await refused(await sign(changes));
  });

  it('is refused when it is no token at all', async () => {
    for (const header of [
      'Bearer',
      'Bearer ..',
      'Bearer a.b',
      'Basic YTpi',
      'Bearer a b',
      `Bearer ${'x'.repeat(4000)}`,
    ]) {
      expect((await get('items', { Authorization: header })).status).toBe(401);
    }
  });

  it('of the development issuer is given to this machine alone, and is good in every process', async () => {
    const given = await shop.request.post('/dev/token').send({ role: 'support', subject: 'eve' }).expect(200);
    expect(given.body).toMatchObject({ tokenType: 'Bearer', expiresInSeconds: 3600 });
    const other = await startPlatformApp(database, { controllers: [DoorsController] });
    const answer = await other.request
      .get('/v1/doors/carts')
      .set('Authorization', `Bearer ${given.body.accessToken}`);
    expect(answer.body).toMatchObject({
      principal: { kind: 'staff', staffId: 'dev/eve', roles: ['support'] },
      actor: 'staff:dev/eve',
    });
    await other.app.close();
    await shop.request
      .post('/dev/token')
      .set('X-Forwarded-For', '127.0.0.1')
      .send({ role: 'admin' })
      .expect(404);
    await shop.request.post('/dev/token').set('Host', 'evil.test').send({ role: 'admin' }).expect(404);
    await shop.request.post('/dev/token').send({ role: 'root' }).expect(400);
  });

  it('is refused whoever made it where only guests are served', async () => {
    const token = await shop.bearer('admin');
    const closed = await startPlatformApp(database, {
      controllers: [DoorsController],
      environment: { AUTH_MODE: 'guests' },
    });
    await closed.request.get('/v1/doors/items').set('Authorization', token).expect(401);
    await closed.request.post('/dev/token').send({ role: 'admin' }).expect(404);
    await closed.request.get('/v1/doors/carts').set('Cart-Token', cartToken).expect(200);
    await closed.app.close();
  });
});
