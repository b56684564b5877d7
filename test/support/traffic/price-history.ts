interface Change {
  priceMinor: number;
  /** By the clock of the test: the change took effect between the two. */
  sentAt: number;
  answeredAt: number;
}

/** Which price an item had when, as far as who changed it can tell; changes of an item come one after the other. */
export class PriceHistory {
  private readonly changes = new Map<string, Change[]>();

  add(sku: string, change: Change): void {
    this.changes.set(sku, [...(this.changes.get(sku) ?? []), change]);
  }

  /** Whether the database may have held this price at some moment from `from` to `to`. */
  hadPrice(sku: string, priceMinor: number, from: number, to: number): boolean {
    const changes = this.changes.get(sku) ?? [];
    return changes.some((change, index) => {
      const endedAt = changes[index + 1]?.answeredAt ?? Infinity;
      return change.priceMinor === priceMinor && change.sentAt <= to && endedAt >= from;
    });
  }
}
