import { readFileSync } from 'node:fs';
import { environmentSchema } from './config.schema.js';
import { envExample } from './env-example.js';

it('is what `.env.example` says; `make env-example` writes it anew', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
});

it('explains every variable and sets none', () => {
  const lines = envExample()
    .split('\n')
    .filter((line) => line !== '');
  expect(lines.every((line) => line.startsWith('#'))).toBe(true);
  for (const name of Object.keys(environmentSchema.shape)) {
    const at = lines.findIndex((line) => line.startsWith(`#${name}=`));
    expect(lines[at - 1]).toMatch(/^# \S/);
  }
});
