import { randomUUID } from 'node:crypto';
import { DevelopmentIssuer } from '../../src/platform/auth/index.js';
import { PERMISSION, type PermissionMark } from '../../src/platform/auth/permission.decorator.js';
import { type Grant, permissions, type Who } from '../../src/platform/auth/permissions.js';
import { Routes } from '../../src/platform/http/routes.js';
import { type ApiOperation, committedDocument, operationsOf } from '../support/api-document.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { operationCases, openWorld, type World } from '../support/operation-cases.js';
import { OrderDesk } from '../support/order-desk.js';

type Headers = Record<string, string>;

interface Asker {
  name: string;
  who: Who;
  headers: Headers;
  /** Of a service: all scopes there are, or none. */
  hasScopes?: boolean;
}

/** What the caller is told: the guard's word, a stranger's 404, or anything that comes after both. */
type Verdict = 'sign in' | 'not allowed' | 'not found' | 'let in' | 'broken';

const operations = operationsOf(committedDocument());
const scopes = Object.keys(permissions).filter((name) => name !== 'public');

describe('who may do what', () => {
  let shop: TestApp;
  let desk: OrderDesk;
  let marks: Map<string, PermissionMark>;
  let strangers: Asker[];
  let victims: World[];
  const told = new Map<string, number>();

  beforeAll(async () => {
    shop = await startTestApp({ WEBHOOK_ALLOW_PRIVATE: 'true' });
    desk = await OrderDesk.open(shop, { prefix: 'RIGHT', count: 1, units: 100_000 });
    marks = marksById(shop);
    const other = await openWorld(desk);
    const staff = await Promise.all(
      (['support', 'fulfilment', 'finance', 'admin'] as const).map(async (who) => ({
        name: who,
        who,
        headers: await desk.as(who),
      })),
    );
    strangers = [
      { name: 'nobody', who: 'anonymous', headers: {} },
      { name: 'a guest with another cart and order', who: 'guest', headers: other.owner },
      { name: 'another customer', who: 'customer', headers: await desk.as('customer', 'stranger') },
      ...staff,
      { name: 'a service without scopes', who: 'service', headers: await service([]), hasScopes: false },
      { name: 'a service with scopes', who: 'service', headers: await service(scopes), hasScopes: true },
    ];
    victims = [await openWorld(desk), await openWorld(desk, await desk.as('customer', 'victim'))];
  }, 120_000);

  afterAll(async () => {
    console.log(`${operations.length} operations:`, Object.fromEntries(told));
    await shop.close();
  }, 60_000);

  async function service(given: string[]): Promise<Headers> {
    const token = await shop.app
      .get(DevelopmentIssuer, { strict: false })
      .token({ role: 'service', scopes: given });
    return { authorization: `Bearer ${token}` };
  }

  const markOf = (id: string): PermissionMark => {
    const mark = marks.get(id);
    if (!mark) throw new Error(`no handler has the operation ${id}`);
    return mark;
  };

  async function ask(
    operation: ApiOperation,
    world: World,
    headers: Headers,
  ): Promise<{ verdict: Verdict; text: string; isOtherRefusal: boolean }> {
    const request = operationCases[operation.operationId]?.(world);
    if (!request)
      throw new Error(`test/support/operation-cases.ts has no request for ${operation.operationId}`);
    const key: Headers = operation.method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {};
    const body = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const beside = 'authorization' in headers ? request.besideBearer : {};
    const answer = await fetch(`${shop.url}/v1/${request.path}`, {
      method: operation.method,
      headers: { 'content-type': 'application/json', ...key, ...request.headers, ...beside, ...headers },
      body,
    });
    const text = await textOf(answer);
    const verdict = verdictOf(answer.status, text);
    told.set(verdict, (told.get(verdict) ?? 0) + 1);
    const isOtherRefusal = request.refusal !== undefined && text.includes(`"code":"${request.refusal}"`);
    return { verdict, text, isOtherRefusal };
  }

  it('has a request for every operation of the contract, and none for others', () => {
    expect(Object.keys(operationCases).sort()).toEqual(
      operations.map(({ operationId }) => operationId).sort(),
    );
    expect([...marks.keys()].sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
  });

  it.each(operations)(
    '$operationId is refused to those whom the table does not name, and hides what is others’',
    async (operation) => {
      const { operationId: id } = operation;
      const wrong: string[] = [];
      for (const asker of strangers) {
        const wanted = expected(markOf(id), asker, operation.path);
        if (wanted === 'let in' && !isOfShoppers(asker)) continue;
        for (const world of victims) {
          const { verdict, text, isOtherRefusal } = await ask(operation, world, asker.headers);
          if (verdict !== wanted && !isOtherRefusal)
            wrong.push(`${asker.name}: ${verdict} in place of ${wanted}: ${text}`);
          else if (
            isOfShoppers(asker) &&
            isOwnList(markOf(id), operation.path) &&
            text.includes(world.orderId)
          )
            wrong.push(`${asker.name} sees it: ${text}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it('has left the objects as they were', async () => {
    for (const { cartId, orderId, owner } of victims) {
      const seen = await desk.send('GET', `carts/${cartId}`, undefined, owner);
      expect([seen.body.status, seen.body.lineCount, seen.body.version]).toEqual(['open', 1, 1]);
      expect(await desk.read({ id: orderId }, owner)).toMatchObject({
        status: 'confirmed',
        deliveries: [{ status: 'pending' }],
      });
    }
  });

  it.each(['support', 'fulfilment', 'finance', 'admin', 'a service with scopes'])(
    '%s is let in wherever the table says so',
    async (name) => {
      const asker = strangers.find((one) => one.name === name);
      if (!asker) throw new Error(`nobody is called ${name}`);
      await expectLetIn(asker, await openWorld(desk));
    },
  );

  it('the guest who owns it is let in', async () => {
    const world = await openWorld(desk);
    await expectLetIn({ name: 'owner', who: 'guest', headers: world.owner }, world, true);
  });

  it('the customer who owns it is let in', async () => {
    const headers = await desk.as('customer', 'owner');
    await expectLetIn({ name: 'owner', who: 'customer', headers }, await openWorld(desk, headers), true);
  });

  async function expectLetIn(asker: Asker, world: World, isOwner = false): Promise<void> {
    const wrong: string[] = [];
    for (const operation of operations) {
      const wanted = expected(markOf(operation.operationId), asker, operation.path);
      if (wanted !== 'let in' && !(isOwner && wanted === 'not found')) continue;
      const { verdict, text } = await ask(operation, world, asker.headers);
      if (verdict !== 'let in') wrong.push(`${operation.operationId}: ${verdict}: ${text}`);
    }
    expect(wrong).toEqual([]);
  }

  it('a token of the development sign-in opens nothing in production, on the same database either', async () => {
    const production = await startTestApp({
      NODE_ENV: 'production',
      AUTH_MODE: 'guests',
      TOKEN_SECRET: randomUUID().repeat(2),
      MANAGEMENT_PORT: '0',
      DATABASE_URL: shop.database.url,
    });
    try {
      for (const operation of operations.filter(({ security }) =>
        security.some((proof) => 'bearer' in proof),
      )) {
        const request = operationCases[operation.operationId]?.(victims[0] as World);
        const answer = await fetch(`${production.url}/v1/${request?.path}`, {
          method: operation.method,
          headers: desk.staff,
        });
        expect([operation.operationId, answer.status]).toEqual([operation.operationId, 401]);
      }
      expect((await production.request.post('/dev/token').send({ role: 'admin' })).status).toBe(404);
    } finally {
      await production.close();
    }
  }, 60_000);
});

const isOfShoppers = ({ who }: Asker): boolean =>
  who === 'anonymous' || who === 'guest' || who === 'customer';

/** A list of one's own: a stranger is let in and finds nothing. */
const isOwnList = ({ own }: PermissionMark, path: string): boolean => own && !path.includes('{');

function expected({ permission, own }: PermissionMark, { who, hasScopes }: Asker, path: string): Verdict {
  const grant: Grant | undefined = permissions[permission][who];
  const isLacking =
    grant === undefined || (grant.reach === 'own' && !own) || (grant.reach === 'scope' && !hasScopes);
  if (isLacking) return who === 'anonymous' ? 'sign in' : 'not allowed';
  return grant.reach === 'own' && path.includes('{') ? 'not found' : 'let in';
}

/** A stream of events never ends while it is read: who is let in is told by its headers. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text();
  await answer.body?.cancel();
  return '';
}

function verdictOf(status: number, text: string): Verdict {
  if (status >= 500) return 'broken';
  if (status < 400) return 'let in';
  const { code } = JSON.parse(text) as { code: string };
  if (code === 'unauthenticated' || code === 'token-invalid') return 'sign in';
  if (code === 'forbidden') return 'not allowed';
  return status === 404 ? 'not found' : 'let in';
}

function marksById(shop: TestApp): Map<string, PermissionMark> {
  const found = new Map<string, PermissionMark>();
  for (const { handler } of shop.app.get(Routes, { strict: false }).all()) {
    const operation = Reflect.getMetadata('swagger/apiOperation', handler) as
      { operationId?: string } | undefined;
    const mark = Reflect.getMetadata(PERMISSION, handler) as PermissionMark;
    if (operation?.operationId) found.set(operation.operationId, mark);
  }
  return found;
}
