import { fromSetUp } from './from-set-up.js';
import { newTopics } from './topics.js';

/** What a shop uses beside its database: nothing, or the broker and the Redis of the run, under a name of its own. */
export interface BackingServices {
  /** What makes a server use them. */
  environment: NodeJS.ProcessEnv;
  /** Deletes what the shop left there; entries of the cache end by themselves. */
  remove(): Promise<void>;
}

/** For a test of what only the transport inside the process does. */
export const inProcess: NodeJS.ProcessEnv = { KAFKA_BROKERS: undefined };

/** By TEST_TRANSPORT=kafka and TEST_CACHE=redis; `shop` keeps events and entries apart from those of other tests. */
export function backingServices(shop: string): BackingServices {
  const topics = process.env['TEST_TRANSPORT'] === 'kafka' ? newTopics(undefined, shop) : undefined;
  const cache =
    process.env['TEST_CACHE'] === 'redis' ? { REDIS_URL: fromSetUp('TEST_REDIS'), EVENT_PREFIX: shop } : {};
  return {
    environment: { ...cache, ...topics?.environment },
    remove: async () => topics?.remove(),
  };
}

/** Those that belong to a database: every process on it is the same shop. */
export function backingServicesOf(databaseUrl: string): BackingServices {
  return backingServices(new URL(databaseUrl).pathname.slice(1).replaceAll('_', '-'));
}
