import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxConnection, SandboxDatabase } from '../sandbox-database.js';
import { type SandboxAnswer, SandboxRefusal } from '../sandbox-routes.js';
import type { Twist } from './instrument.js';

/** Counts the arrivals of a key, before and apart from what they do; answers how many there were. */
export async function countArrival(
  database: SandboxDatabase,
  key: string,
  content: unknown,
): Promise<number> {
  const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const [row] = await database.rows<{ fingerprint: string; arrivals: number }>(
    `insert into sandbox.psp_key as known (key, fingerprint, arrivals) values ($1, $2, 1)
     on conflict (key) do update set arrivals = known.arrivals + 1 returning fingerprint, arrivals`,
    [key, fingerprint],
  );
  if (!row || row.fingerprint !== fingerprint) throw new SandboxRefusal(409, 'key-already-used');
  return row.arrivals;
}

/** Runs `act` the first time a key gets this far; later arrivals find it done. */
export async function actOnce(
  connection: SandboxConnection,
  key: string,
  act: () => Promise<void>,
): Promise<void> {
  const row = await connection.row<{ done: boolean }>(
    'select done from sandbox.psp_key where key = $1 for update',
    [key],
  );
  if (row?.done) return;
  await act();
  await connection.rows('update sandbox.psp_key set done = true where key = $1', [key]);
}

const failure: SandboxAnswer = { status: 500, body: { code: 'out-of-order' } };
const tooMany: SandboxAnswer = {
  status: 429,
  body: { code: 'too-many-requests' },
  headers: { 'retry-after': '1' },
};
const keyUsed: SandboxAnswer = { status: 409, body: { code: 'key-already-used' } };

/** The fault that strikes before anything is done, or undefined. */
export async function strikeBefore(
  { fault, times }: Twist,
  arrivals: number,
  slowMs: number,
): Promise<SandboxAnswer | undefined> {
  if (fault === 'key_taken') return keyUsed;
  if (arrivals > times) return undefined;
  switch (fault) {
    case 'fail_before':
      return failure;
    case 'timeout_before':
      return 'hang';
    case 'reset':
      return 'reset';
    case '429':
      return tooMany;
    case 'slow':
      await pause(slowMs);
      return undefined;
    default:
      return undefined;
  }
}

/** The fault that strikes when all is done but not answered, or undefined. */
export function strikeAfter({ fault, times }: Twist, arrivals: number): SandboxAnswer | undefined {
  if (arrivals > times) return undefined;
  switch (fault) {
    case 'fail_after':
      return failure;
    case 'timeout_after':
      return 'hang';
    case 'reset_after':
      return 'reset';
    case 'key_used':
      return keyUsed;
    default:
      return undefined;
  }
}
