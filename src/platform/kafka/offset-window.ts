/** The messages of one partition that were read and are not all done, so that an offset is committed only when everything before it is. */
export class OffsetWindow {
  /** Offset → whether it is done, in the order of the partition. */
  private readonly offsets = new Map<number, boolean>();
  private next?: number;

  get size(): number {
    return this.offsets.size;
  }

  /** @param offset above all that were added before */
  add(offset: number): void {
    this.offsets.set(offset, false);
  }

  finish(offset: number): void {
    if (this.offsets.has(offset)) this.offsets.set(offset, true);
  }

  /** The offset to commit, which is the next to read after a restart; undefined where nothing was done since the last commit. */
  get done(): number | undefined {
    for (const [offset, isDone] of this.offsets) {
      if (!isDone) break;
      this.next = offset + 1;
      this.offsets.delete(offset);
    }
    return this.next;
  }

  committed(next: number): void {
    if (this.next === next) this.next = undefined;
  }
}
