import { z } from 'zod';
import { type SandboxDatabase } from '../sandbox-database.js';
import { SandboxRefusal } from '../sandbox-routes.js';
import type { Manner } from '../webhook-queue.js';
import type { MannerName } from './instrument.js';

const settings = z.strictObject({
  webhooks: z
    .enum(['prompt', 'early', 'late', 'twice', 'shuffled', 'lost'])
    .default('prompt')
    .describe('where the token says nothing'),
  lateMs: z.int().min(0).max(86_400_000).default(2000),
  lostShare: z.number().min(0).max(1).default(0).describe('of all webhooks, at random'),
  slowMs: z.int().min(0).max(60_000).default(9000).describe('how long `slow` takes before it acts'),
  pendingMs: z.int().min(0).max(86_400_000).default(1000).describe('after which `pending` is settled'),
});
export type PspSettings = z.output<typeof settings>;

const shuffleStepMs = 300;
const duplicates = 2;

/** How the counterpart behaves, kept over a crash. */
export class PspControls {
  constructor(private readonly database: SandboxDatabase) {}

  async read(): Promise<PspSettings> {
    const [row] = await this.database.rows<{ settings: unknown }>('select settings from sandbox.psp_control');
    return settings.parse(row?.settings ?? {});
  }

  /** Replaces all settings; what is left out is the default again. */
  async replace(body: unknown): Promise<PspSettings> {
    const given = settings.safeParse(body);
    if (!given.success) throw new SandboxRefusal(400, 'unknown-setting');
    await this.database.rows(
      'insert into sandbox.psp_control (settings) values ($1) on conflict (only_row) do update set settings = excluded.settings',
      [JSON.stringify(given.data)],
    );
    return given.data;
  }
}

/** How the webhook of the `index`th of `count` transactions travels. */
export function mannerOf(
  name: MannerName,
  { lateMs, lostShare }: PspSettings,
  index: number,
  count: number,
): Manner {
  const manners: Record<MannerName, Manner> = {
    prompt: {},
    early: {},
    late: { delayMs: lateMs },
    twice: { copies: duplicates },
    shuffled: { delayMs: (count - 1 - index) * shuffleStepMs },
    lost: { isLost: true },
  };
  return Math.random() < lostShare ? { isLost: true } : manners[name];
}
