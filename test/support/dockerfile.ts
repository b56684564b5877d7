import { readFileSync } from 'node:fs';

export interface Instruction {
  /** In capitals, such as `RUN`. */
  name: string;
  text: string;
}

export interface Stage {
  from: string;
  name?: string;
  instructions: Instruction[];
}

/** The stages of a Dockerfile in their order, comments gone and continued lines joined. */
export function readDockerfile(path: string): Stage[] {
  const stages: Stage[] = [];
  const lines = readFileSync(path, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  for (const line of lines.filter((text) => text.trim() !== '')) {
    const [, name = '', text = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push(openStage(text));
    else if (name === '' || stages.length === 0) throw new Error(`not an instruction of a stage: ${line}`);
    else stages.at(-1)?.instructions.push({ name, text });
  }
  return stages;
}

function openStage(text: string): Stage {
  const [from = '', , name] = text.split(/ +/);
  return { from, name, instructions: [] };
}

/** The texts of one kind of instruction, in their order. */
export function textsOf(stage: Stage, name: string): string[] {
  return stage.instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** The words of a command in the form `["node", "main.js"]`, the only one that takes signals itself. */
export function commandOf(text: string): string[] {
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string'))
    throw new Error(`no list of words: ${text}`);
  return words;
}

/** The variables of `ENV A=1 B=2`. */
export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = textsOf(stage, 'ENV').flatMap((text) => text.split(/ +/));
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));
}

/** Whether `.dockerignore` lets a path through: its last pattern that names the path or a folder above it decides. */
export function reachesTheEngine(ignoreFile: string, path: string): boolean {
  let isIgnored = false;
  for (const line of readFileSync(ignoreFile, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const isException = line.startsWith('!');
    if (patternOf(isException ? line.slice(1) : line).test(path)) isIgnored = !isException;
  }
  return !isIgnored;
}

function patternOf(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\//g, '(.+/)?')
    .replace(/\*/g, '[^/]*');
  return new RegExp(`^${source}(/.*)?$`);
}
