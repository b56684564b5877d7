/** What a command answers; it can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What a command tells beside its answer. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
