import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { DeadLetters, type LetterFilter, letterEntryOf, letterOf } from '../platform/events/index.js';
import { idSchema } from '../platform/http/index.js';
import { print, tell } from './output.js';
import { withShop } from './shop-context.js';

/** How long a redrive is waited for, in milliseconds. */
const longestWaitMs = 30_000;
const lookEveryMs = 200;

type Entry = ReturnType<typeof letterEntryOf>;
type Filter = Pick<LetterFilter, 'consumer' | 'type'>;

export function dlqCommand(): Command {
  return new Command('dlq')
    .description('dead letters: what consumers could not take')
    .addCommand(
      new Command('list')
        .description('lists them, newest first')
        .option('--consumer <name>', 'of this consumer only')
        .option('--type <type>', 'of events of this type only')
        .option('--json', 'print them as one JSON array', false)
        .action(({ json, ...filter }: Filter & { json: boolean }) => list(filter, json)),
    )
    .addCommand(
      new Command('show')
        .description('shows one with its event or what came, its error and where it came from')
        .argument('<id>')
        .action((id: string) => withLetters(async (letters) => show(letters, id))),
    )
    .addCommand(
      new Command('redrive')
        .description('has a running server tell them once more, and waits for what becomes of it')
        .argument('[ids...]')
        .option('--all', 'all that can be redriven', false)
        .option('--consumer <name>', 'with --all: of this consumer only')
        .action(redrive),
    )
    .addCommand(
      new Command('drop')
        .description('gives them up: their events never take effect on that consumer')
        .argument('<ids...>')
        .action((ids: string[]) => withLetters((letters) => drop(letters, ids))),
    );
}

const withLetters = (work: (letters: DeadLetters) => Promise<void>): Promise<void> =>
  withShop((shop) => work(shop.get(DeadLetters)));

async function* entries(letters: DeadLetters, filter: Filter): AsyncGenerator<Entry> {
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
    const page = await letters.list({ ...filter, cursor, limit: 200 });
    yield* page.letters.map(letterEntryOf);
    cursor = page.nextCursor;
  }
}

const list = (filter: Filter, isJson: boolean): Promise<void> =>
  withLetters(async (letters) => {
    const found: Entry[] = [];
    for await (const entry of entries(letters, filter)) {
      found.push(entry);
      if (!isJson) print(lineOf(entry));
    }
    if (isJson) print(JSON.stringify(found));
    else if (found.length === 0) tell('there are no dead letters');
  });

async function show(letters: DeadLetters, id: string): Promise<void> {
  print(JSON.stringify(letterOf(await letters.read(checked(id)), true), null, 2));
}

async function redrive(ids: string[], { all, consumer }: { all: boolean; consumer?: string }): Promise<void> {
  if (all === ids.length > 0)
    throw new Error('name the ids, or say --all, with --consumer <name> for one consumer');
  await withLetters(async (letters) => {
    const wanted = all ? await redrivable(letters, consumer) : ids.map(checked);
    for (const id of wanted) await letters.redrive(id);
    await awaitOutcomes(letters, wanted);
  });
}

async function redrivable(letters: DeadLetters, consumer?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { id, isTruncated } of entries(letters, { consumer }))
    if (isTruncated) tell(`${id} stays: only the beginning of what came is kept`);
    else found.push(id);
  if (found.length === 0) tell('there is nothing to redrive');
  return found;
}

/** Tells each as soon as it is known. */
async function awaitOutcomes(letters: DeadLetters, ids: readonly string[]): Promise<void> {
  const open = new Set(ids);
  for (const giveUpAt = Date.now() + longestWaitMs; open.size > 0 && Date.now() < giveUpAt;) {
    await pause(lookEveryMs);
    for (const id of open) if (await hasOutcome(letters, id)) open.delete(id);
  }
  for (const id of open) print(`waiting   ${id}`);
  if (open.size === 0) return;
  tell('no server has told them yet: is one running? They stay marked, and the next that starts tells them.');
  process.exitCode = 1;
}

async function hasOutcome(letters: DeadLetters, id: string): Promise<boolean> {
  const letter = await letters.find(id);
  if (letter?.redrive_requested_at) return false;
  print(letter ? `failed    ${id} ${firstLineOf(letter.error)}` : `redriven  ${id}`);
  if (letter) process.exitCode = 1;
  return true;
}

async function drop(letters: DeadLetters, ids: string[]): Promise<void> {
  for (const id of ids.map(checked)) {
    await letters.drop(id);
    print(`dropped   ${id}`);
  }
}

function checked(id: string): string {
  if (idSchema.safeParse(id).success) return id;
  throw new Error(`${id} is no id of a dead letter; \`dlq list\` shows them`);
}

const firstLineOf = (text: string): string => text.split('\n', 1)[0] ?? '';

function lineOf({ id, consumer, type, eventId, reason, tries, diedAt, redriveRequestedAt }: Entry): string {
  const what = `${type ?? '(unreadable)'}${eventId ? ` ${eventId}` : ''}`;
  return `${id}  ${diedAt}  ${consumer}  ${what}  ${reason} after ${tries} tries${redriveRequestedAt ? ', to be redriven' : ''}`;
}
