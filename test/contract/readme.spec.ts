import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const readme = readFileSync('README.md', 'utf8');
const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => join('docs', path));
const pages = ['README.md', 'CHANGELOG.md', ...docs].map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}));

/** What `pattern` captures on any page, each once. */
function named(pattern: RegExp): string[] {
  const found = pages.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, word = '']) => word));
  return [...new Set(found)].sort();
}

/** A clone has no folder without a file. */
function isThere(path: string): boolean {
  return existsSync(path) && (statSync(path).isFile() || readdirSync(path).length > 0);
}

describe('README.md', () => {
  it('has fewer than 200 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThan(200);
  });

  it('names the two commands, the purchase and the settings', () => {
    for (const needed of [
      'make run',
      'make test',
      '/v1/orders',
      'Idempotency-Key',
      '(.env.example)',
      'CC BY 4.0',
    ]) {
      expect(readme).toContain(needed);
    }
  });
});

describe('the pages of the documentation', () => {
  it('name only targets that the Makefile has', () => {
    const targets = [...readFileSync('Makefile', 'utf8').matchAll(/^([a-z-]+):/gm)].map(
      ([, target]) => target,
    );
    // In prose "make" is also a verb: only what stands in code, or at the start of a line, is a command.
    const told = named(/(?:`|^)(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)/gm);
    expect(told).toEqual(expect.arrayContaining(['run', 'test', 'check']));
    expect(told.filter((target) => !targets.includes(target))).toEqual([]);
  });

  it('name only commands that the command line has, and the README all that people use', async () => {
    const { stdout } = await run(process.execPath, [resolve('dist/cli.js'), '--help'], { cwd: tmpdir() });
    const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, command = '']) => command);
    const told = named(/(?:node dist\/cli\.js|`cli) ([a-z][a-z-]*)/g);
    expect(told).toEqual(expect.arrayContaining(['migrate', 'token', 'verify']));
    expect(told.filter((command) => !commands.includes(command))).toEqual([]);
    const forPeople = commands.filter(
      (command) => !['help', 'openapi', 'asyncapi', 'env-example'].includes(command),
    );
    expect(forPeople.filter((command) => !readme.includes(`node dist/cli.js ${command}`))).toEqual([]);
  }, 30_000);

  it.each(pages)('$path links only to what is there', ({ path, text }) => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const relative = links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => link.replace(/#.*$/, ''));
    expect(relative.filter((link) => !isThere(join(dirname(path), link)))).toEqual([]);
  });

  it.each(pages)('$path names only tests that are there', ({ text }) => {
    const tests = [...text.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map(([, test = '']) => test);
    expect(tests.filter((test) => !existsSync(test))).toEqual([]);
  });
});

describe('CHANGELOG.md', () => {
  it('has a section for what is not released yet, with something in it', () => {
    const changelog = readFileSync('CHANGELOG.md', 'utf8');
    expect(changelog).toMatch(/^## Unreleased\n\n### (Added|Changed|Fixed|Removed|Security)\n+- \S/m);
  });
});
