import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { lawfulFiles, plantedImports, plantedWords } from './planted-violations';

interface Violation {
  from: string;
  rule: { name: string };
}

/** Words that may stand in some places only. */
const wordRules = [
  { word: /\bprocess\.env\b/, name: 'process.env', allowed: /^src\/platform\/config\// },
  {
    word: /\bEntityManager\b/,
    name: 'EntityManager',
    allowed: /^src\/platform\/(database|events|idempotency)\/|\.repository\.ts$/,
  },
];

/** What dependency-cruiser finds in `src` under `root`, by the rules of this repository. */
async function violationsIn(root: string): Promise<Violation[]> {
  const cruiser = join(process.cwd(), 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const given = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
  const run = promisify(execFile);
  // It exits with the number of violations.
  const { stdout } = await run(process.execPath, [cruiser, ...given], { cwd: root, maxBuffer: 1e9 }).catch(
    (error: { stdout: string }) => error,
  );
  const report = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return report.summary.violations;
}

function misplacedWordsIn(root: string): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map(
    (file) => `src/${file}`,
  );
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const broken = wordRules.filter(({ word, allowed }) => word.test(text) && !allowed.test(file));
      return broken.map(({ name }) => `${name} in ${file}`);
    });
}

function plantHouse(): string {
  const root = mkdtempSync(join(tmpdir(), 'house-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(file, join(root, file));
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  for (const { file, source } of [...lawfulFiles, ...plantedImports, ...plantedWords]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), source);
  }
  return root;
}

describe('the house', () => {
  it('keeps every law on who imports whom', async () => {
    const broken = await violationsIn(process.cwd());
    expect(broken.map(({ from, rule }) => `${rule.name}: ${from}`)).toEqual([]);
  }, 60_000);

  it('reads the environment and speaks to the EntityManager only where that is allowed', () => {
    expect(misplacedWordsIn(process.cwd())).toEqual([]);
  });
});

describe('a house with one violation per rule', () => {
  let root: string;
  let found: Violation[];

  beforeAll(async () => {
    root = plantHouse();
    found = await violationsIn(root);
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true }));

  it('has a plant for every rule there is', () => {
    const config = jest.requireActual<{ forbidden: { name: string }[] }>(
      join(process.cwd(), '.dependency-cruiser.cjs'),
    );
    const rules = config.forbidden.map((rule) => rule.name).sort();
    expect(plantedImports.map((planted) => planted.rule).sort()).toEqual(rules);
  });

  it.each(plantedImports)('has $file caught by $rule', ({ rule, file }) => {
    const rules = found
      .filter((violation) => violation.from === file)
      .map((violation) => violation.rule.name);
    expect(rules).toContain(rule);
  });

  it('has none of its lawful files accused', () => {
    const accused = new Set(found.map((violation) => violation.from));
    expect(lawfulFiles.map(({ file }) => file).filter((file) => accused.has(file))).toEqual([]);
  });

  it('has every misplaced word found', () => {
    expect(misplacedWordsIn(root)).toEqual(plantedWords.map(({ rule, file }) => `${rule} in ${file}`).sort());
  });
});
