import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../auth/principal.js';
import { actorOf } from '../auth/principal.js';

/** What is known of the work at hand from its first line to its last, whatever rooms it walks through. */
export interface RequestContext {
  /** 32 hex digits, from `traceparent` or made here; in every log line and problem document. */
  traceId: string;
  principal: Principal;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/** Who acts, for timelines and ledgers: `guest:<id>`, `staff:<id>`, `system:<worker>` … */
export function currentActor(): string {
  const context = storage.getStore();
  return context ? actorOf(context.principal) : 'system:unnamed';
}
