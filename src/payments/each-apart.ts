/** Works on all at once; one that fails does not keep the others from ending. Answers how many did what was asked. */
export async function eachApart<T>(
  items: readonly T[],
  work: (item: T) => Promise<boolean>,
): Promise<number> {
  const ends = await Promise.allSettled(items.map(work));
  const failures = ends.filter((end) => end.status === 'rejected').map((end): unknown => end.reason);
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `${failures.length} of ${items.length} failed: ${String(failures[0])}`,
    );
  return ends.filter((end) => end.status === 'fulfilled' && end.value).length;
}
