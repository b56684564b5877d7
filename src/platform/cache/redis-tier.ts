import { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';
import { RedisConnection } from './redis-connection.js';

/** Counts up with the stored form, so that two versions side by side do not read each other's. */
const storedForm = 'v1';

interface RedisTier {
  keyv: Keyv;
  isUp: () => boolean;
}

/** The tier that all processes of one shop share; `shop` keeps it apart from others on the same Redis. Starts to connect, and waits for nothing. */
export function openRedisTier(url: string, shop: string): RedisTier {
  const connection = new RedisConnection(url);
  connection.open();
  const keyv = new Keyv({
    store: new KeyvAdapter(guarded(connection)),
    namespace: `${shop}:cache:${storedForm}`,
    useKeyPrefix: true,
    // The store writes JSON itself.
    serialize: undefined,
    deserialize: undefined,
  });
  return { keyv, isUp: () => connection.isUp };
}

/** Every command in time or not at all; without the store's `reset`, which would empty the whole database, others' keys too. */
function guarded(connection: RedisConnection): ConstructorParameters<typeof KeyvAdapter>[0] {
  // The store is typed for an older client; the commands it gives, read in its source, are the same in ours.
  const store = redisInsStore(connection.client as unknown as Parameters<typeof redisInsStore>[0]);
  return {
    name: store.name,
    get: (key) => connection.run(() => store.get(key)),
    mget: (...keys) => connection.run(() => store.mget(...keys)),
    set: (key, value, ttl) => connection.run(() => store.set(key, value, ttl)),
    mset: (values, ttl) => connection.run(() => store.mset(Object.entries(values), ttl)),
    del: (key) => connection.run(() => store.del(key)),
    mdel: (...keys) => connection.run(() => store.mdel(...keys)),
    ttl: (key) => connection.run(() => store.ttl(key)),
    keys: () => Promise.reject(new Error('KEYS holds up a Redis that others use too')),
    disconnect: async () => connection.close(),
  };
}
