import { z } from 'zod';
import { environmentSchema } from './config.schema.js';

const introduction = [
  '# Settings of the server and the command line, read from `.env` at start; variables that are set already win.',
  '# Every line is a comment: without any of them the embedded trial runs. Written from the schema by `npm run env-example`.',
];

/** The text of `.env.example`: every variable with its purpose and its default. */
export function envExample(): string {
  const blocks = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const purpose = z.globalRegistry.get(schema)?.description ?? '';
    return `# ${purpose}\n#${name}=${defaultOf(schema)}`;
  });
  return `${introduction.join('\n')}\n\n${blocks.join('\n\n')}\n`;
}

function defaultOf(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  const isPlain = parsed.success && ['string', 'number', 'boolean'].includes(typeof parsed.data);
  return isPlain ? `${parsed.data as string | number | boolean}` : '';
}
