import { isDockerThere } from './container.js';

/** What runs a server: a process of this machine, or Docker. */
export type Runtime = 'native' | 'docker';

/** Tries the runtimes in order; where none starts a server, fails with the reason of each. */
export async function firstThatStarts<Server>(
  runtimes: Runtime[],
  start: Record<Runtime, () => Promise<Server>>,
): Promise<Server> {
  const reasons: string[] = [];
  for (const runtime of runtimes) {
    if (runtime === 'docker' && !(await isDockerThere())) continue;
    try {
      return await start[runtime]();
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(reasons.join('; '));
}
