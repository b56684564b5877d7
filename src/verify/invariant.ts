/** What must hold of the tables; the statement answers with the rows that violate it, so none is good. */
export interface Invariant {
  /** As docs/guarantees.md numbers them; several statements may prove one. */
  id: string;
  title: string;
  sql: string;
}

export interface Finding extends Invariant {
  /** How many rows violate it. */
  violations: number;
  /** The first of them, for a person to look at; ids and figures only. */
  examples: Record<string, unknown>[];
}
