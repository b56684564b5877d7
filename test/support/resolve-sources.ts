import Module from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

type Resolve = (request: string, parent: { filename?: string } | undefined, ...rest: unknown[]) => string;
const loader = Module as unknown as { _resolveFilename: Resolve };
const original = loader._resolveFilename;

// Jest loads global set-up by a plain require, without the name mapper by which `.js` means `.ts` in tests.
loader._resolveFilename = (request, parent, ...rest) => {
  if (request.startsWith('.') && request.endsWith('.js') && parent?.filename) {
    const source = resolve(dirname(parent.filename), `${request.slice(0, -3)}.ts`);
    if (existsSync(source)) return source;
  }
  return original(request, parent, ...rest);
};
