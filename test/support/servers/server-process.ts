import { setTimeout as pause } from 'node:timers/promises';

const startsWithinMs = 120_000;

/** A server to be broken and mended: every start is on the same port and the same data. */
export interface ServerProcess {
  /** Which program it is and how it was got, in words. */
  readonly how: string;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** As an operator ends it, by SIGTERM. */
  stop(): Promise<void>;
  /** As a crash ends it, by SIGKILL. */
  kill(): Promise<void>;
  /** It keeps its connections and says nothing any more, until `thaw`. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Ends it with all its data. */
  remove(): Promise<void>;
}

/** Asks until the server answers; fails as soon as `hasEnded`, with the end of what it logged. */
export async function untilReady(
  isReady: () => Promise<boolean>,
  hasEnded: () => boolean | Promise<boolean>,
  readLog: () => string | Promise<string>,
): Promise<void> {
  const giveUpAt = Date.now() + startsWithinMs;
  while (!(await isReady())) {
    if ((await hasEnded()) || Date.now() > giveUpAt)
      throw new Error(`the server does not start:\n${(await readLog()).split('\n').slice(-20).join('\n')}`);
    await pause(50);
  }
}

export async function started<Server extends ServerProcess>(server: Server): Promise<Server> {
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
}
