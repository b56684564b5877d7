import pg from 'pg';
import { currentContext } from '../../src/platform/http/request-context.js';

export interface Statements {
  count: number;
  /** Their texts in the order they were sent, BEGIN and COMMIT included. */
  statements: string[];
}

const recordings = new Set<string[]>();
let isListening = false;

/** The SQL that this process sends for requests while `work` runs; workers, relay, health and the test's own looks are left out. */
export async function countStatements(work: () => Promise<unknown>): Promise<Statements> {
  listen();
  const statements: string[] = [];
  recordings.add(statements);
  try {
    await work();
  } finally {
    recordings.delete(statements);
  }
  return { count: statements.length, statements };
}

const othersConnections = /^(test|sandbox|shop (relay|health|migrate))/;

interface Connection {
  connectionParameters: { application_name?: string };
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  const prototype = pg.Client.prototype as unknown as {
    query: (this: Connection, ...given: unknown[]) => unknown;
  };
  const original = prototype.query;
  prototype.query = function (...given) {
    const name = this.connectionParameters.application_name ?? '';
    const isBackground = currentContext()?.principal.kind === 'system' || othersConnections.test(name);
    if (!isBackground) for (const statements of recordings) statements.push(textOf(given[0]));
    return original.apply(this, given);
  };
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  const { text } = statement as { text?: string };
  return text ?? String(statement);
}
