import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Dispatcher } from './dispatcher.js';
import { consumerOf, type ListenerExtras } from './on-event.decorator.js';

/**
 * Hands a handler that Nest found to the dispatcher; Nest's own map would chain the listeners of two rooms so that one's
 * failure repeats the other.
 * @throws Error for a handler that is no listener
 */
export function registerListener(
  dispatcher: Dispatcher,
  pattern: string,
  handler: MessageHandler,
  extras: Record<string, unknown> = {},
): void {
  const { listener } = extras;
  if (typeof listener !== 'function')
    throw new Error(`${pattern} has a handler that is not marked by @OnEvent`);
  dispatcher.register(consumerOf({ listener } satisfies ListenerExtras), pattern, (event) =>
    settled(handler(event)),
  );
}

async function settled(answer: ReturnType<MessageHandler>): Promise<unknown> {
  const value: unknown = await answer;
  return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
}
