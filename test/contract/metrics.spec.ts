import { readFileSync } from 'node:fs';
import { register } from 'prom-client';
import { startTestApp, type TestApp } from '../support/app.js';

interface Described {
  name: string;
  type: string;
  labels: string[];
  meaning: string;
  alert: string;
}

const page = readFileSync('docs/metrics.md', 'utf8');

/** The rows of all tables of docs/metrics.md. */
const described: Described[] = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, name = '', type = '', labels = '', meaning = '', alert = ''] = cells;
    return {
      name: unquoted(name),
      type,
      labels: labels.split(', ').map(unquoted).filter(Boolean),
      meaning,
      alert,
    };
  });

function unquoted(text: string): string {
  return text.replaceAll('`', '').trim();
}

/** What the client library can tell of a process on Linux alone. */
const here =
  process.platform === 'linux' ? described : described.filter(({ meaning }) => !meaning.includes('(Linux)'));

describe('docs/metrics.md', () => {
  let test: TestApp;
  let exposition: string;
  beforeAll(async () => {
    test = await startTestApp();
    await test.request.get('/v1/items').expect(200);
    exposition = (await test.request.get('/metrics').expect(200)).text;
  }, 60_000);
  afterAll(() => test.close());

  it('describes every metric that the server shows, by its type, and no other', () => {
    const shown = [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    expect(here.map(({ name, type }) => `${name} ${type}`).sort()).toEqual(shown.sort());
  });

  it('names their labels', () => {
    const labels = (name: string): string[] => {
      const metric: unknown = register.getSingleMetric(name);
      // The library keeps the names of the labels and leaves them out of its types.
      return [...(metric as { labelNames: string[] }).labelNames];
    };
    const given = here.map(({ name }) => [name, labels(name).sort()]);
    expect(here.map(({ name, labels: told }) => [name, [...told].sort()])).toEqual(given);
  });

  it('tells what each means and when to alert', () => {
    expect(described.filter(({ meaning, alert }) => meaning === '' || alert === '')).toEqual([]);
  });

  it('keeps ids out of the labels', () => {
    expect(exposition).toContain('route="/v1/items"');
    expect(exposition).not.toMatch(/[{,]\w+="[^"]*[0-9a-f]{8}-[0-9a-f]{4}-/);
  });
});
