/** The places of the crash matrix; armed by configuration outside production only. */
export const failPoints = [
  'after-claim',
  'after-reserve',
  'before-commit',
  'after-commit-before-reply',
  'before-provider',
  'after-provider-before-record',
  'after-publish-before-mark',
  'after-effect-before-mark',
] as const;

export type FailPoint = (typeof failPoints)[number];

type Reaction = () => void | Promise<void>;

let armed: { point: FailPoint; react: Reaction; times: number } | undefined;

/** Arms one point; the next `times` walks through it react, later ones do not. */
export function armFailPoint(point: FailPoint, react: Reaction, times = 1): void {
  armed = { point, react, times };
}

/** Does nothing unless this very point is armed. */
export async function failPoint(point: FailPoint): Promise<void> {
  if (armed?.point !== point) return;
  const { react } = armed;
  armed.times -= 1;
  if (armed.times === 0) armed = undefined;
  await react();
}
