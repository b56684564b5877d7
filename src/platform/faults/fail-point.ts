/** The places of the crash matrix; armed by configuration outside production only. */
export type FailPoint =
  | 'after-claim'
  | 'after-reserve'
  | 'before-commit'
  | 'after-commit-before-reply'
  | 'before-provider'
  | 'after-provider-before-record'
  | 'after-publish-before-mark'
  | 'after-effect-before-mark';

type Reaction = () => Promise<void>;

let armed: { point: FailPoint; react: Reaction } | undefined;

/** Arms one point once; the next walk through it reacts, later ones do not. */
export function armFailPoint(point: FailPoint, react: Reaction): void {
  armed = { point, react };
}

/** Does nothing unless this very point is armed. */
export async function failPoint(point: FailPoint): Promise<void> {
  if (armed?.point !== point) return;
  const { react } = armed;
  armed = undefined;
  await react();
}
